/** Work to be done by a worker, at least once: every job may run again after a crash, and must then be harmless. */
export interface Job {
  /** Chosen by whoever queues it; queueing one again that has not finished changes nothing. */
  readonly id: string;
  readonly kind: JobKind;
  /** A few ids; what they stand for is read when the job runs. */
  readonly payload: Readonly<Record<string, string>>;
  /** Not before. */
  readonly runAt: Date;
}

export const jobKinds = [
  'check-version',
  'publish-released-version',
  'remove-content',
  'delete-package',
  'clean-upload',
  'sweep-content',
  'recheck-content',
  'sweep-verdicts',
  'fill-in-hallmarks',
  'tell-event',
  'deliver-webhook',
  'announce-event',
] as const;
export type JobKind = (typeof jobKinds)[number];

/** A job that a worker has taken. While the lease lasts nobody else takes it. */
export interface LeasedJob extends Job {
  readonly leaseId: string;
  /** From 1. */
  readonly attempt: number;
  readonly leasedUntil: Date;
}

/** A job that has failed too often and waits for a person. */
export interface DeadJob extends Job {
  readonly attempts: number;
  readonly failedAt: Date;
  readonly failure: string;
}

/** Queues the job. An id that is waiting, running or dead already is left as it is; finished ones are forgotten. */
export interface JobQueued {
  readonly change: 'job.queue';
  readonly job: Job;
}

/** Runs a dead job again from its first attempt. Violated (`state-conflict`) when it is not dead. */
export interface JobRevived {
  readonly change: 'job.revive';
  readonly jobId: string;
  readonly runAt: Date;
}

/** Milliseconds that a kind of job rests whose jobs met an engine that is away: 1 s, 2 s, 4 s … at most a minute, ± 20 %. */
export function restMs(timesInARow: number, random: number): number {
  const base = Math.min(1000 * 2 ** (timesInARow - 1), 60_000);
  return Math.round(base * (0.8 + 0.4 * random));
}

/** Milliseconds to wait before the next attempt: 1 s, 4 s, 16 s … at most 10 minutes, ± 20 % by `random` in [0, 1). */
export function backOffMs(attempt: number, random: number): number {
  const base = Math.min(1000 * 4 ** (attempt - 1), 600_000);
  return Math.round(base * (0.8 + 0.4 * random));
}
