// Jobs over SQS in the emulator: one new queue a test, over records of its own.
import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SqsJobQueue, type SqsJobSettings } from '../../src/adapters/sqs/sqs-job-queue.ts';
import { SqsQueue } from '../../src/adapters/sqs/sqs-queue.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { awsSettings } from './moto-server.ts';

const client = new SQSClient(awsSettings);

export async function newQueueUrl(): Promise<string> {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `assay-${randomUUID()}` }));
  return QueueUrl;
}

/** What anybody could receive from the queue now; it stays hidden for a while. */
export async function messagesIn(url: string): Promise<unknown[]> {
  const bodies: unknown[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, VisibilityTimeout: 60 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => JSON.parse(Body)));
  }
}

/** The engine, with its jobs told by a queue of the emulator. Time passes as `now` says, not by the clock. */
export async function withSqsJobs(
  engine: RecordsEngine,
  settings: SqsJobSettings,
  now: () => Date = () => new Date(),
) {
  const [jobsUrl, deadUrl] = [await newQueueUrl(), await newQueueUrl()];
  const problems: string[] = [];
  const jobs = new SqsJobQueue(
    {
      records: engine.jobs,
      queue: new SqsQueue(client, jobsUrl),
      dead: new SqsQueue(client, deadUrl),
      report: (problem) => void problems.push(problem),
      now,
      elapsedMs: () => now().getTime(),
    },
    settings,
  );
  return {
    engine: { ...engine, jobs, commit: jobs.telling(engine.commit) },
    jobs,
    jobsUrl,
    deadUrl,
    problems,
  };
}
