import type { Change } from '../../core/commit.ts';
import type { AnyChange } from '../../core/engine.ts';
import { tellingJob } from '../../core/events/index.ts';
import { longestDelayS, type OutgoingMessage } from './sqs-queue.ts';

/** A job that is to be told of, and when it may be taken. */
export interface DueJob {
  readonly id: string;
  readonly runAt: Date;
}

/** The jobs that a commit of these changes makes or revives. */
export function jobsIn(changes: readonly Change[]): readonly DueJob[] {
  return (changes as readonly AnyChange[]).flatMap((change): DueJob[] => {
    if (change.change === 'job.queue') return [change.job];
    if (change.change === 'job.revive') return [{ id: change.jobId, runAt: change.runAt }];
    // An engine queues the telling of an event by itself.
    if (change.change === 'event.append') return [tellingJob(change.event)];
    return [];
  });
}

/** Messages for the jobs that are due within the longest delay; the others are found in the records, in their time. */
export function messagesFor(jobs: readonly DueJob[], now: Date): readonly OutgoingMessage[] {
  return jobs
    .map(({ id, runAt }) => ({ id, delayS: (runAt.getTime() - now.getTime()) / 1_000 }))
    .filter(({ delayS }) => delayS <= longestDelayS)
    .map(({ id, delayS }) => ({ body: JSON.stringify({ job: id }), delayS }));
}

/** The id in a message about a job; null when it is about something else. */
export function jobIdIn(body: string): string | null {
  try {
    const given: unknown = JSON.parse(body);
    const { job } = (given ?? {}) as { job?: unknown };
    return typeof job === 'string' && job !== '' ? job : null;
  } catch {
    return null;
  }
}
