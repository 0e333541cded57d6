import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Change, Commit } from '../../core/commit.ts';
import type { JobQueue } from '../../core/jobs/index.ts';
import { type SqsJobPorts, SqsJobQueue, type SqsJobSettings } from './sqs-job-queue.ts';
import { SqsQueue } from './sqs-queue.ts';

export interface OpenJobQueue {
  /** For workers, in the place of the records' own. */
  readonly jobs: JobQueue;
  /** Makes of every commit of the records one that tells of its jobs. */
  telling<C extends Change>(commit: Commit<C>): Commit<C>;
  /** Rejects when the queue cannot be asked. */
  probe(): Promise<void>;
  /** Once no job runs and nothing is committed any more. */
  close(): Promise<void>;
}

/** A queue of jobs over `records`. */
export function openSqsJobQueue(
  aws: SQSClientConfig,
  settings: SqsJobSettings & { readonly jobsUrl: string; readonly deadUrl: string },
  given: Pick<SqsJobPorts, 'records' | 'report' | 'now'>,
): OpenJobQueue {
  const client = new SQSClient(aws);
  const queue = new SqsQueue(client, settings.jobsUrl);
  const dead = settings.deadUrl === '' ? null : new SqsQueue(client, settings.deadUrl);
  const jobs = new SqsJobQueue({ ...given, queue, dead, elapsedMs: () => performance.now() }, settings);
  return {
    jobs,
    telling: (commit) => jobs.telling(commit),
    probe: () => queue.probe(),
    async close() {
      await jobs.settled();
      client.destroy();
    },
  };
}
