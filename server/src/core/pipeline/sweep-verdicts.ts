// Looks for published content that the present rules have not judged, and queues it to be checked again. It goes
// through all readable versions in pages; where the next one begins is the payload of the next job, so that nothing is
// lost when a worker ends, and two sweeps that meet become one:
//
//   page ──► contents queued ──► next page, later: no more contents an hour than allowed
//        └─► nothing to queue ──► next page
//
// As it begins, it has what was found in files forgotten where that has come to its end.
import type { Examiner, RememberedFileStore } from '../checks/index.ts';
import type { Clock } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { JobQueued } from '../jobs/index.ts';
import {
  type PackageStore,
  packageKinds,
  readableStates,
  type Version,
  type VersionStore,
} from '../packages/index.ts';
import type { ReportStore, VerdictStore } from './ports.ts';
import { recheckJob, ruleSetKey, ruleSetOf } from './verdict.ts';

export interface SweepVerdictsPorts {
  readonly clock: Clock;
  readonly examiner: Pick<Examiner, 'rules'>;
  readonly packages: Pick<PackageStore, 'find'>;
  readonly versions: Pick<VersionStore, 'listByState'>;
  readonly verdicts: Pick<VerdictStore, 'find'>;
  readonly reports: ReportStore;
  readonly rememberedFiles: Pick<RememberedFileStore, 'forget'>;
  readonly commit: Commit<JobQueued>;
  /** Contents queued in an hour, at most; 0: none. */
  readonly recheckPerHour: number;
}

/** Where a sweep has come to, as the payload of its job; empty: it begins. */
export type SweepPlace = Readonly<Record<string, string>>;

/** With the job for the next page they fit into one commit. */
const pageSize = 20;

/** May run at any time, and beside itself. */
export async function sweepVerdicts(
  ports: SweepVerdictsPorts,
  place: SweepPlace,
  signal: AbortSignal,
): Promise<void> {
  if (place.ruleSet === undefined) await ports.rememberedFiles.forget(ports.clock.now());
  if (ports.recheckPerHour === 0) return;
  const rules = await ports.examiner.rules();
  const ruleSet = ruleSetsOf(rules);
  // The rules have changed again: another sweep begins for those.
  if (place.ruleSet !== undefined && place.ruleSet !== ruleSet) return;
  let next: SweepPlace | null = { state: readableStates[0], ...place, ruleSet };
  while (next !== null) {
    signal.throwIfAborted();
    const page = await lookAt(ports, next, rules);
    if (page.due.length > 0) {
      return ports.commit([...page.due, ...later(ports, page.next, page.due.length)]);
    }
    next = page.next;
  }
}

async function lookAt(
  ports: SweepVerdictsPorts,
  place: SweepPlace,
  rules: Rules,
): Promise<{ due: readonly JobQueued[]; next: SweepPlace | null }> {
  const ruleSet = ruleSetsOf(rules);
  const state = readableStates.find((readable) => readable === place.state) ?? readableStates[0];
  const page = await ports.versions.listByState(state, { limit: pageSize, after: place.after });
  const due = new Map<string, JobQueued>();
  for (const version of page.items) {
    const job = await dueJob(ports, version, rules);
    if (job !== null) due.set(job.job.id, job);
  }
  if (page.next !== null) return { due: [...due.values()], next: { state, after: page.next, ruleSet } };
  const following = readableStates[readableStates.indexOf(state) + 1];
  return { due: [...due.values()], next: following === undefined ? null : { state: following, ruleSet } };
}

/** Also when others with the same content have failed, and this one came to be published in that moment. */
async function dueJob(
  { clock, packages, verdicts, reports }: SweepVerdictsPorts,
  { id, packageId, digest }: Version,
  rules: Rules,
): Promise<JobQueued | null> {
  const kind = (await packages.find(packageId))?.kind;
  if (digest === null || kind === undefined) return null;
  const ruleSet = ruleSetOf(rules, kind);
  const known = await verdicts.find(digest, ruleSet);
  const isLeft = known?.verdict === 'failed' && (await reports.find(id))?.verdict === 'passed';
  return known === null || isLeft ? recheckJob(digest, kind, ruleSet, clock.now()) : null;
}

type Rules = Readonly<Record<string, string>>;

/** Those for every kind of package, as one text. */
function ruleSetsOf(rules: Rules): string {
  return packageKinds.map((kind) => ruleSetOf(rules, kind)).join('; ');
}

function later(
  { clock, recheckPerHour }: SweepVerdictsPorts,
  place: SweepPlace | null,
  queued: number,
): JobQueued[] {
  if (place === null) return [];
  const id = `sweep-verdicts-${ruleSetKey(place.ruleSet ?? '')}-${place.state}-${place.after ?? ''}`;
  const runAt = new Date(clock.now().getTime() + (queued * 3_600_000) / recheckPerHour);
  return [{ change: 'job.queue', job: { id, kind: 'sweep-verdicts', payload: place, runAt } }];
}
