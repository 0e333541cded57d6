// Content that is out is checked again when the rules have changed. What was concluded last stays in force until then.
//
//   examine ──► inconclusive ──► noted; nothing else changes
//           ├─► passed ────────► noted, and the report of each version is the new one
//           └─► failed ────────► noted; first every version with the content is quarantined, which ends its downloads,
//                                then the content goes where reviewers find it, and away from where it is served
//
// Each step may be repeated after a crash. A version that reviewers have released stays out as long as nothing blocks it
// that they have not seen.

import { registryItself } from '../caller.ts';
import { type CheckResult, type Examination, type Examiner, verdictOf } from '../checks/index.ts';
import type { Commit } from '../commit.ts';
import {
  type ContentLocation,
  type ContentReleased,
  type ContentStore,
  packageKey,
  quarantineKey,
} from '../content/index.ts';
import { isMissing, RegistryError, StorageError } from '../errors.ts';
import type { HallmarkAppended, HallmarkStore } from '../hallmarks/index.ts';
import type { JobQueued } from '../jobs/index.ts';
import {
  isReadable,
  type PackageKind,
  revised,
  type Version,
  type VersionChanged,
  type VersionStore,
} from '../packages/index.ts';
import { attestRecheck } from './attest-version.ts';
import { withFalseAlarms } from './false-alarm.ts';
import type { FalseAlarmStore, ReportStore, VerdictStore } from './ports.ts';
import { type DecisionPorts, recordDecision } from './record-decision.ts';
import { newlyBlocking, type Report, type ReportPut, reasonOf } from './report.ts';
import { judged, ruleSetOf, type VerdictAppended } from './verdict.ts';

export type RecheckPorts = DecisionPorts & {
  readonly versions: Pick<VersionStore, 'find' | 'list' | 'listByDigest'>;
  readonly verdicts: Pick<VerdictStore, 'find'>;
  readonly reports: ReportStore;
  readonly falseAlarms: FalseAlarmStore;
  readonly content: Pick<ContentStore, 'locate' | 'copy'>;
  readonly examiner: Pick<Examiner, 'examine' | 'rules'>;
  readonly hallmarks: Pick<HallmarkStore, 'latest'>;
  readonly commit: Commit<
    VersionChanged | VerdictAppended | ReportPut | HallmarkAppended | ContentReleased | JobQueued
  >;
};

/** Content as packages of one kind have it: the rules may differ by kind. */
export interface Rechecked {
  readonly digest: string;
  readonly kind: PackageKind;
}

/** `since`: a verdict by the present rules that is older than this does not count. */
export async function recheckContent(
  ports: RecheckPorts,
  { since, ...asked }: Rechecked & { since: Date | null },
  signal: AbortSignal,
): Promise<void> {
  const ruleSet = ruleSetOf(await ports.examiner.rules(), asked.kind);
  const { digest } = asked;
  const found = await ports.verdicts.find(digest, ruleSet);
  const known = found !== null && (since === null || found.decidedAt >= since) ? found : null;
  if (known !== null && known.verdict !== 'failed') return;
  const examined = await examineAgain(ports, asked, signal);
  if (examined === null) return;
  const noted = judged(ports, { digest, results: examined.results }, ruleSet);
  const note = { change: 'verdict.append', verdict: noted } as const;
  if (noted.verdict === 'failed') {
    if (known === null) await ports.commit([note]);
    await quarantineAll(ports, asked, { results: examined.results, ruleSet }, signal);
    await moveContentAside(ports, asked, signal);
    return;
  }
  if (noted.verdict === 'passed') await renewReports(ports, asked, { results: examined.results, ruleSet });
  await ports.commit([note]);
}

/** Null when no version has it any more. */
async function examineAgain(
  ports: RecheckPorts,
  asked: Rechecked,
  signal: AbortSignal,
): Promise<Examination | null> {
  const { digest, kind } = asked;
  const all = await versionsWith(ports, asked);
  const version = all.find(({ state }) => isReadable(state)) ?? all.find(isQuarantined);
  if (version === undefined) return null;
  const location = await locate(ports, version, digest);
  if (location === null) return null;
  const about = { kind, fileName: version.fileName };
  const examined = await ports.examiner.examine(location, about, signal);
  if (examined.digest !== digest) {
    throw new StorageError('permanent', `The content ${digest} has the digest ${examined.digest}`);
  }
  const alarms = await ports.falseAlarms.list(digest);
  return { ...examined, results: withFalseAlarms(examined.results, alarms, ports.clock.now()) };
}

/** Null where it has gone into quarantine with all that had it. */
async function locate(
  { content }: RecheckPorts,
  version: Version,
  digest: string,
): Promise<ContentLocation | null> {
  try {
    return await content.locate(packageKey(digest));
  } catch (error) {
    if (isMissing(error) && !isReadable(version.state)) return null;
    throw error;
  }
}

async function renewReports(
  ports: RecheckPorts,
  asked: Rechecked,
  { results, ruleSet }: { results: readonly CheckResult[]; ruleSet: string },
): Promise<void> {
  for (const version of await versionsWith(ports, asked)) {
    const pkg = await ports.packages.find(version.packageId);
    if (!isReadable(version.state) || pkg === null) continue;
    const report = reportOn(ports, version, asked.digest, results);
    const hallmarks = await attestRecheck(ports, { package: pkg, version, report, ruleSet });
    await ports.commit([{ change: 'report.put', report }, ...hallmarks]);
  }
}

/** All of them before any content is moved: that takes longer. */
async function quarantineAll(
  ports: RecheckPorts,
  asked: Rechecked,
  failed: { results: readonly CheckResult[]; ruleSet: string },
  signal: AbortSignal,
): Promise<void> {
  for (const { id } of await versionsWith(ports, asked)) {
    signal.throwIfAborted();
    await untilNobodyInterferes(() => quarantineReadable(ports, id, asked.digest, failed));
  }
}

async function quarantineReadable(
  ports: RecheckPorts,
  versionId: string,
  digest: string,
  { results, ruleSet }: { results: readonly CheckResult[]; ruleSet: string },
): Promise<void> {
  const version = await ports.versions.find(versionId);
  if (version === null || !isReadable(version.state)) return;
  if (!newlyBlocking(await ports.reports.find(versionId), results)) return;
  const report = reportOn(ports, version, digest, results);
  const reason = `By newer rules (${ruleSet}): ${reasonOf(report)}`.slice(0, 1_000);
  const by = registryItself(`recheck-${versionId}`);
  await recordDecision(ports, version, { state: 'quarantined', reason, report }, by);
}

/**
 * The version lets go of the published bytes only while it is in quarantine: a reviewer may just be releasing it. When
 * the last one has let go, they are removed, and with them go addresses of other servers that were given out for them.
 */
async function moveContentAside(ports: RecheckPorts, asked: Rechecked, signal: AbortSignal): Promise<void> {
  const { digest } = asked;
  for (const { id } of (await versionsWith(ports, asked)).filter(isQuarantined)) {
    signal.throwIfAborted();
    await untilNobodyInterferes(async () => {
      const version = await ports.versions.find(id);
      if (version === null || !isQuarantined(version)) return;
      await ports.content.copy(packageKey(digest), quarantineKey(id));
      await ports.commit([
        { change: 'version.change', version: revised<Version>(version, {}) },
        { change: 'content.release', digest, versionId: id },
        removal(ports, digest),
      ]);
    });
  }
}

function removal({ clock, randomness }: RecheckPorts, digest: string): JobQueued {
  const id = `remove-${randomness.id()}`;
  return {
    change: 'job.queue',
    job: { id, kind: 'remove-content', payload: { digest }, runAt: clock.now() },
  };
}

/** Somebody may yank the version, or publish another one of the package, in the same moment. */
async function untilNobodyInterferes(step: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await step();
    } catch (error) {
      const interfered = error instanceof RegistryError && error.code === 'state-conflict';
      if (!interfered || tries === 5) throw error;
    }
  }
}

async function versionsWith(
  { versions, packages }: RecheckPorts,
  { digest, kind }: Rechecked,
): Promise<Version[]> {
  const found: Version[] = [];
  let after: string | undefined;
  do {
    const page = await versions.listByDigest(digest, { limit: 200, after });
    for (const version of page.items) {
      if ((await packages.find(version.packageId))?.kind === kind) found.push(version);
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  return found;
}

function isQuarantined({ state }: Version): boolean {
  return state === 'quarantined';
}

function reportOn(
  { clock }: RecheckPorts,
  version: Version,
  digest: string,
  results: readonly CheckResult[],
): Report {
  return { versionId: version.id, digest, verdict: verdictOf(results), results, decidedAt: clock.now() };
}
