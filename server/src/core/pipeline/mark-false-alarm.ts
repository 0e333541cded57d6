import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import type { JobQueued } from '../jobs/index.ts';
import {
  type PackageStore,
  packageKinds,
  requireReason,
  type Version,
  type VersionStore,
} from '../packages/index.ts';
import type { FalseAlarm, FalseAlarmPut, Person } from './false-alarm.ts';
import type { FalseAlarmStore, ReportStore } from './ports.ts';
import type { Report } from './report.ts';
import { type ReviewSettings, readCase, requireNotUploader } from './review-version.ts';

const longestMs = 366 * 86_400_000;

/**
 * Findings of the rule do not block this content any more until the mark expires; the version itself stays where it is.
 * Where releases take two reviewers, so does this: otherwise the same bytes could be uploaded again.
 */
export async function markFalseAlarm(
  ports: {
    readonly clock: Clock;
    readonly randomness: Randomness;
    readonly packages: Pick<PackageStore, 'find'>;
    readonly versions: Pick<VersionStore, 'find'>;
    readonly reports: ReportStore;
    readonly falseAlarms: FalseAlarmStore;
    readonly review: ReviewSettings;
    readonly commit: Commit<FalseAlarmPut | JobQueued | AuditAppended>;
  },
  caller: Caller,
  versionId: string,
  given: { rule: string; reason: string; expiresAt: Date },
): Promise<FalseAlarm> {
  const { package: pkg, version, report } = await readCase(ports, versionId);
  const now = ports.clock.now();
  if (ports.review.secondPerson) requireNotUploader(caller, version);
  const digest = requireBlocked(version, report, given.rule);
  requireExpiry(given.expiresAt, now);
  const before = (await ports.falseAlarms.list(digest)).find(({ rule }) => rule === given.rule);
  const marked: FalseAlarm = {
    digest,
    rule: given.rule,
    reason: requireReason(given.reason),
    markedBy: personOf(caller),
    markedAt: now,
    confirmedBy: null,
    inForce: !ports.review.secondPerson,
    expiresAt: given.expiresAt,
  };
  const alarm = marked.inForce ? marked : (confirmed(before, marked, now) ?? marked);
  await ports.commit([
    { change: 'false-alarm.put', alarm },
    ...(alarm.inForce ? recheckAfter(alarm) : []),
    audited(
      ports,
      caller,
      'quarantine.mark-false-alarm',
      {
        packageId: pkg.id,
        packageName: pkg.name,
        versionId,
        versionLabel: version.label,
        kind: 'rule',
        id: alarm.rule,
      },
      { reason: `until ${alarm.expiresAt.toISOString()}: ${marked.reason}` },
    ),
  ]);
  return alarm;
}

/** The mark of another reviewer with this one's consent; it ends with the shorter of the two. */
function confirmed(before: FalseAlarm | undefined, by: FalseAlarm, now: Date): FalseAlarm | null {
  if (before === undefined || before.inForce || before.expiresAt <= now) return null;
  if (before.markedBy.userId === by.markedBy.userId) return null;
  const expiresAt = new Date(Math.min(before.expiresAt.getTime(), by.expiresAt.getTime()));
  return { ...before, confirmedBy: by.markedBy, inForce: true, expiresAt };
}

/** What has come out because of the mark is looked at again when that ends. */
function recheckAfter({ digest, rule, expiresAt }: FalseAlarm): JobQueued[] {
  return packageKinds.map((kind) => ({
    change: 'job.queue',
    job: {
      id: `recheck-${digest}-${kind}-${rule}-${expiresAt.getTime()}`,
      kind: 'recheck-content',
      payload: { digest, kind, since: expiresAt.toISOString() },
      runAt: expiresAt,
    },
  }));
}

function requireBlocked({ digest }: Version, report: Report | null, rule: string): string {
  const findings = report?.results.flatMap((result) => result.findings) ?? [];
  if (digest !== null && findings.some((one) => one.rule === rule && one.severity === 'blocks'))
    return digest;
  throw new RegistryError('invalid-request', `No finding of the rule ${rule} blocks this version.`);
}

function requireExpiry(expiresAt: Date, now: Date): void {
  const lasts = expiresAt.getTime() - now.getTime();
  if (lasts > 0 && lasts <= longestMs) return;
  throw new RegistryError('invalid-request', 'expiresAt must be in the future, and at most 366 days away.');
}

function personOf({ user }: Caller): Person {
  return { userId: user?.id ?? '', userName: user?.name ?? '' };
}
