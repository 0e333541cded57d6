import type { JobKind, LeasedJob } from '../core/jobs/index.ts';
import type { WorkerPorts } from './ports.ts';

/**
 * What is done for one kind of job. Every handler is idempotent: it may run again after a crash, also when it had
 * finished. What a job names and is not there any more is success.
 */
export interface JobHandler {
  readonly kind: JobKind;
  /** After so many failures the job is dead. */
  readonly attempts: number;
  /** `signal` is aborted when the lease is lost or the worker stops; then the job should end soon, in any way. */
  run(ports: WorkerPorts, job: LeasedJob, signal: AbortSignal): Promise<void>;
  /** Once, when the last attempt has failed, before the job counts as dead. */
  giveUp?(ports: WorkerPorts, job: LeasedJob, failure: string): Promise<void>;
}
