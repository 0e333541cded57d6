// Verdicts over time. Content is judged when it arrives, and again whenever the rules change; each time is kept.
//
//   passed ──► passed ──► inconclusive ──► failed
//              in force ◄──── stays ─┘     in force: versions with the content are quarantined
import { createHash } from 'node:crypto';
import type { CheckResult, Severity, Verdict } from '../checks/index.ts';
import { verdictOf } from '../checks/index.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { JobQueued } from '../jobs/index.ts';
import type { PackageKind } from '../packages/index.ts';

/** What all checks together concluded about content, by one set of rules. Never changed, never removed. */
export interface ContentVerdict {
  /** Sorts by time. */
  readonly id: string;
  readonly digest: string;
  /** By which rules, see `ruleSetOf`. */
  readonly ruleSet: string;
  readonly verdict: Verdict;
  readonly checks: readonly CheckSummary[];
  readonly decidedAt: Date;
}

/** One check's result in short. */
export interface CheckSummary {
  readonly check: string;
  readonly rules: string;
  readonly verdict: Verdict;
  /** How many, by severity. */
  readonly findings: Readonly<Record<Severity, number>>;
  readonly bytesLookedAt: number;
  readonly bytesInAll: number;
}

/** Adds the verdict to the history of its content. Never violated: ids are new. */
export interface VerdictAppended {
  readonly change: 'verdict.append';
  readonly verdict: ContentVerdict;
}

/**
 * The versions of all checks' rules and of the signatures they use, and the kind of package they were applied for, since
 * what is harmless in one may be out of place in another: `archive 1, formats 3 (model)`.
 */
export function ruleSetOf(rules: Readonly<Record<string, string>>, kind: PackageKind): string {
  const versions = Object.entries(rules).map(([check, version]) => `${check} ${version}`);
  return `${versions.sort().join(', ')} (${kind})`;
}

/** Was the rule set applied for this kind of package? */
export function isRuleSetFor(kind: PackageKind, ruleSet: string): boolean {
  return ruleSet.endsWith(`(${kind})`);
}

/** The rule set in a few characters, for ids. */
export function ruleSetKey(ruleSet: string): string {
  return createHash('sha256').update(ruleSet).digest('hex').slice(0, 16);
}

/** The verdict on content that was examined just now. */
export function judged(
  { clock, randomness }: { clock: Clock; randomness: Randomness },
  examined: { readonly digest: string; readonly results: readonly CheckResult[] },
  ruleSet: string,
): ContentVerdict {
  const { digest, results } = examined;
  return {
    id: randomness.id(),
    digest,
    ruleSet,
    verdict: verdictOf(results),
    checks: results.map(summaryOf),
    decidedAt: clock.now(),
  };
}

/** Has the content checked again in all packages of a kind, once by each set of rules however often it is queued. */
export function recheckJob(digest: string, kind: PackageKind, ruleSet: string, runAt: Date): JobQueued {
  const id = `recheck-${digest}-${ruleSetKey(ruleSet)}`;
  return { change: 'job.queue', job: { id, kind: 'recheck-content', payload: { digest, kind }, runAt } };
}

export function summaryOf({ check, rules, verdict, findings, coverage }: CheckResult): CheckSummary {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return {
    check,
    rules,
    verdict,
    findings: { blocks: count('blocks'), warns: count('warns'), informs: count('informs') },
    bytesLookedAt: coverage.bytesLookedAt,
    bytesInAll: coverage.bytesInAll,
  };
}
