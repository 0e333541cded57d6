// A reviewer says that what a rule finds in certain content is harmless, for a while. It is found and shown as before,
// but does not block that content.
import { type CheckResult, conclude, type Finding } from '../checks/index.ts';

export interface Person {
  readonly userId: string;
  readonly userName: string;
}

/** One for each digest and rule. */
export interface FalseAlarm {
  readonly digest: string;
  readonly rule: string;
  readonly reason: string;
  readonly markedBy: Person;
  readonly markedAt: Date;
  /** The second reviewer, where it takes two. */
  readonly confirmedBy: Person | null;
  /** False while a second reviewer has yet to confirm it. */
  readonly inForce: boolean;
  /** From this moment on the findings block again. */
  readonly expiresAt: Date;
}

/** Keeps the mark, in place of an earlier one of the same digest and rule. Never violated. */
export interface FalseAlarmPut {
  readonly change: 'false-alarm.put';
  readonly alarm: FalseAlarm;
}

/** The results as they count at this moment: findings that are false alarms warn instead of blocking. */
export function withFalseAlarms(
  results: readonly CheckResult[],
  alarms: readonly FalseAlarm[],
  now: Date,
): readonly CheckResult[] {
  const byRule = new Map(
    alarms.filter((alarm) => alarm.inForce && alarm.expiresAt > now).map((alarm) => [alarm.rule, alarm]),
  );
  return results.map((result) => {
    if (!result.findings.some(({ rule, severity }) => severity === 'blocks' && byRule.has(rule)))
      return result;
    const findings = result.findings.map((finding) => softened(finding, byRule.get(finding.rule)));
    // What else kept the check from passing still does.
    return { ...result, findings, ...conclude(findings, result.coverage, result.reason) };
  });
}

function softened(finding: Finding, alarm: FalseAlarm | undefined): Finding {
  if (alarm === undefined || finding.severity !== 'blocks') return finding;
  const until = alarm.expiresAt.toISOString().slice(0, 10);
  const explanation = `${finding.explanation} (Marked as a false alarm until ${until}: ${alarm.reason})`;
  return { ...finding, severity: 'warns', explanation };
}
