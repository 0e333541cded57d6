import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { JobRevived } from './job.ts';

/** Runs a dead job again from its first attempt; `state-conflict` when it is not dead. */
export async function retryJob(
  ports: { clock: Clock; randomness: Randomness; commit: Commit<JobRevived | AuditAppended> },
  caller: Caller,
  jobId: string,
): Promise<void> {
  await ports.commit([
    { change: 'job.revive', jobId, runAt: ports.clock.now() },
    audited(ports, caller, 'job.retry', { kind: 'job', id: jobId }),
  ]);
}
