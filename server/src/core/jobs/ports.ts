import type { Page, PageRequest } from '../paging.ts';
import type { DeadJob, JobKind, LeasedJob } from './job.ts';

/** Jobs are put in by commits (`job.queue`), so that no job is lost or queued for what did not happen. */
export interface JobQueue {
  /**
   * Leases the job that is due longest, or null when none is due. A lease that ran out counts as an attempt. An
   * engine may wait some seconds for a job to come, until `signal` is aborted, and may give due jobs in another order
   * when it is told of them by messages. On some engines a job comes a moment after the commit that queued it.
   */
  lease(
    kinds: readonly JobKind[],
    now: Date,
    leaseMs: number,
    signal?: AbortSignal,
  ): Promise<LeasedJob | null>;

  /** Leases exactly this job. When it may not be taken now: when it may be, or null when it is finished or dead. */
  leaseJob(id: string, now: Date, leaseMs: number): Promise<LeasedJob | JobNotDue | null>;

  /** Prolongs the lease; false when it is lost: then stop working, somebody else may have begun. */
  prolong(job: LeasedJob, until: Date): Promise<boolean>;

  /** Done. A lost lease makes this a no-op that resolves false. */
  finish(job: LeasedJob): Promise<boolean>;

  /** Not done: runs again at `runAt`, or is dead when that is null. */
  fail(job: LeasedJob, failure: string, runAt: Date | null, now: Date): Promise<boolean>;

  /** Neither done nor failed: due again at `dueAt`, and the lease counts as no attempt. False when it is lost. */
  giveBack(job: LeasedJob, dueAt: Date): Promise<boolean>;

  /** Latest first. */
  listDead(page: PageRequest): Promise<Page<DeadJob>>;

  /** By kind: how many are due or running, how many are dead, and since when the longest-waiting one is due. */
  statistics(now: Date): Promise<readonly JobStatistics[]>;
}

/** A job that waits for its time, or that somebody works on. */
export interface JobNotDue {
  readonly dueAt: Date;
}

export interface JobStatistics {
  readonly kind: JobKind;
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
  readonly oldestDueAt: Date | null;
}
