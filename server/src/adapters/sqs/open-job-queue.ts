import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Change, Commit } from '../../core/commit.ts';
import type { JobQueue } from '../../core/jobs/index.ts';
import { type SqsJobPorts, SqsJobQueue, type SqsJobSettings } from './sqs-job-queue.ts';
import { SqsQueue } from './sqs-queue.ts';

export interface OpenJobQueue<C extends Change> {
  /** In the place of the records' own. */
  readonly jobs: JobQueue;
  readonly commit: Commit<C>;
  /** Rejects when the queue cannot be asked. */
  probe(): Promise<void>;
  /** Once no job runs and nothing is committed any more. */
  close(): Promise<void>;
}

/** A queue of jobs over `records`, which is told of jobs by the commit that is returned. */
export function openSqsJobQueue<C extends Change>(
  aws: SQSClientConfig,
  settings: SqsJobSettings & { readonly jobsUrl: string; readonly deadUrl: string },
  given: Pick<SqsJobPorts, 'report' | 'now'> & {
    readonly records: JobQueue;
    readonly commit: Commit<C>;
  },
): OpenJobQueue<C> {
  const client = new SQSClient(aws);
  const queue = new SqsQueue(client, settings.jobsUrl);
  const dead = settings.deadUrl === '' ? null : new SqsQueue(client, settings.deadUrl);
  const jobs = new SqsJobQueue(
    {
      records: given.records,
      queue,
      dead,
      report: given.report,
      now: given.now,
      elapsedMs: () => performance.now(),
    },
    settings,
  );
  return {
    jobs,
    commit: jobs.telling(given.commit),
    probe: () => queue.probe(),
    async close() {
      await jobs.settled();
      client.destroy();
    },
  };
}
