// Looks for published content that the present rules have not judged, and queues it to be checked again. It goes
// through all readable versions in pages; where the next one begins is the payload of the next job, so that nothing is
// lost when a worker ends, and two sweeps that meet become one:
//
//   page ──► contents queued ──► next page, later: no more contents an hour than allowed
//        └─► nothing to queue ──► next page
import type { Examiner } from '../checks/index.ts';
import type { Clock } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { JobQueued } from '../jobs/index.ts';
import { readableStates, type Version, type VersionStore } from '../packages/index.ts';
import type { ReportStore, VerdictStore } from './ports.ts';
import { recheckJob, ruleSetKey, ruleSetOf } from './verdict.ts';

export interface SweepVerdictsPorts {
  readonly clock: Clock;
  readonly examiner: Pick<Examiner, 'rules'>;
  readonly versions: Pick<VersionStore, 'listByState'>;
  readonly verdicts: Pick<VerdictStore, 'find'>;
  readonly reports: ReportStore;
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
  if (ports.recheckPerHour === 0) return;
  const ruleSet = ruleSetOf(await ports.examiner.rules());
  // The rules have changed again: another sweep begins for those.
  if (place.ruleSet !== undefined && place.ruleSet !== ruleSet) return;
  let next: SweepPlace | null = { state: readableStates[0], ...place, ruleSet };
  while (next !== null) {
    signal.throwIfAborted();
    const page = await lookAt(ports, next, ruleSet);
    if (page.due.length > 0) {
      const jobs = page.due.map((digest) => recheckJob(digest, ruleSet, ports.clock.now()));
      return ports.commit([...jobs, ...later(ports, page.next, page.due.length)]);
    }
    next = page.next;
  }
}

async function lookAt(
  ports: SweepVerdictsPorts,
  place: SweepPlace,
  ruleSet: string,
): Promise<{ due: readonly string[]; next: SweepPlace | null }> {
  const state = readableStates.find((readable) => readable === place.state) ?? readableStates[0];
  const page = await ports.versions.listByState(state, { limit: pageSize, after: place.after });
  const due = new Set<string>();
  for (const version of page.items) {
    if (version.digest !== null && (await isDue(ports, version, version.digest, ruleSet)))
      due.add(version.digest);
  }
  if (page.next !== null) return { due: [...due], next: { state, after: page.next, ruleSet } };
  const following = readableStates[readableStates.indexOf(state) + 1];
  return { due: [...due], next: following === undefined ? null : { state: following, ruleSet } };
}

/** Also when others with the same content have failed, and this one came to be published in that moment. */
async function isDue(
  { verdicts, reports }: SweepVerdictsPorts,
  version: Version,
  digest: string,
  ruleSet: string,
): Promise<boolean> {
  const known = await verdicts.find(digest, ruleSet);
  if (known === null) return true;
  return known.verdict === 'failed' && (await reports.find(version.id))?.verdict === 'passed';
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
