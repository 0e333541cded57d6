// The policy of which rules block: each rule has a severity of its own, which the operator may change.
import { createHash } from 'node:crypto';
import type { Finding, Severity } from './check.ts';
import { type RuleId, rules } from './rules.ts';

/** Severities that differ from those of the table, by rule. */
export type Severities = Readonly<Record<string, Severity>>;

/** `rule=severity`, comma-separated. What names no rule, or no severity, is told as a problem. */
export function readSeverities(text: string): { severities: Severities; problems: readonly string[] } {
  const severities: Record<string, Severity> = {};
  const problems: string[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [rule = '', severity = ''] = part.split('=').map((one) => one.trim());
    if (!isRule(rule)) problems.push(`there is no rule ${JSON.stringify(rule)}`);
    else if (!isSeverity(severity)) problems.push(`${rule}: a severity is blocks, warns or informs`);
    else severities[rule] = severity;
  }
  return { severities, problems };
}

export function withSeverities(findings: readonly Finding[], severities: Severities): Finding[] {
  return findings.map((finding) => ({
    ...finding,
    severity: severities[finding.rule] ?? finding.severity,
  }));
}

/** What tells apart verdicts by another policy; null where none is changed for the check. */
export function policyVersion(severities: Severities): string | null {
  const changed = Object.entries(severities).sort();
  if (changed.length === 0) return null;
  return `policy ${createHash('sha256').update(JSON.stringify(changed)).digest('hex').slice(0, 8)}`;
}

function isRule(text: string): text is RuleId {
  return Object.hasOwn(rules, text);
}

function isSeverity(text: string): text is Severity {
  return text === 'blocks' || text === 'warns' || text === 'informs';
}
