import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type AwsAnswer, type AwsRequest, answering } from '../../../test/support/fake-aws.ts';
import { awsSettings, skip } from '../../../test/support/moto-server.ts';
import { someEvent, someJob } from '../../../test/support/samples.ts';
import { messagesIn, withSqsJobs } from '../../../test/support/sqs-jobs.ts';
import type { Job, LeasedJob } from '../../core/jobs/index.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { SqsJobQueue } from './sqs-job-queue.ts';
import { SqsQueue } from './sqs-queue.ts';

const start = new Date('2026-01-31T12:00:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const leaseMs = 30_000;
const kinds: readonly Job['kind'][] = ['check-version', 'tell-event'];

/** Never looks into the records by itself: what is leased was told by a message. */
const messagesOnly = { waitS: 0, rescueAfterMs: 365 * 86_400_000 };

describe('jobs over SQS', { skip }, () => {
  /** Time stands still at `start` until the test moves it. */
  async function queue(settings = messagesOnly) {
    const time = { now: start };
    const opened = await withSqsJobs(memoryEngine(), settings, () => time.now);
    const { jobs, engine } = opened;
    return {
      ...opened,
      time,
      add: async (job: Job) => {
        await engine.commit([{ change: 'job.queue', job }]);
        await jobs.settled();
      },
      lease: async () => {
        const job = await jobs.lease(kinds, time.now, leaseMs);
        await jobs.settled();
        return job;
      },
    };
  }

  async function leased(lease: () => Promise<LeasedJob | null>): Promise<LeasedJob> {
    return (await lease()) ?? assert.fail('a job was told');
  }

  test('every job of a commit is told, those of events and revived ones too', async () => {
    const { engine, jobs, jobsUrl, lease } = await queue();
    const [one, other, dead] = [
      someJob({ runAt: start }),
      someJob({ runAt: start }),
      someJob({ runAt: start }),
    ];
    await engine.commit([{ change: 'job.queue', job: dead }]);
    await jobs.settled();
    await jobs.fail(await leased(lease), 'hopeless', null, start);
    await jobs.settled();
    const event = someEvent({ at: start });
    await engine.commit([
      { change: 'job.queue', job: one },
      { change: 'event.append', event },
      { change: 'job.queue', job: other },
      { change: 'job.revive', jobId: dead.id, runAt: start },
    ]);
    await jobs.settled();
    const told = [one.id, `tell-${event.id}`, other.id, dead.id].map((job) => ({ job }));
    assert.deepEqual((await messagesIn(jobsUrl)).toSorted(byText), told.toSorted(byText));
  });

  test('more jobs than fit into one request are all told', async () => {
    const { engine, jobs, jobsUrl } = await queue();
    const changes = Array.from({ length: 25 }, () => someJob({ runAt: start })).map(
      (job) => ({ change: 'job.queue', job }) as const,
    );
    await engine.commit(changes);
    await jobs.settled();
    assert.equal((await messagesIn(jobsUrl)).length, 25);
  });

  test('what was not committed is not told', async () => {
    const { engine, jobs, jobsUrl } = await queue();
    const job = someJob({ runAt: start });
    const refused = { change: 'job.revive', jobId: 'none', runAt: start } as const;
    await assert.rejects(engine.commit([{ change: 'job.queue', job }, refused]), { code: 'state-conflict' });
    await jobs.settled();
    assert.deepEqual(await messagesIn(jobsUrl), []);
  });

  test('a finished job leaves no message, and one told twice is run once', async () => {
    const { add, lease, jobs, jobsUrl } = await queue();
    const job = someJob({ runAt: start });
    await add(job);
    await add(job);
    const taken = await leased(lease);
    assert.equal(taken.id, job.id);
    // The second message finds the job leased, and comes again when the lease is over.
    assert.equal(await lease(), null);
    assert.equal(await jobs.finish(taken), true);
    await jobs.settled();
    assert.deepEqual(await messagesIn(jobsUrl), []);
  });

  test('the message of a job that is finished or dead already is removed', async () => {
    const { add, lease, jobs, engine, jobsUrl } = await queue();
    const job = someJob({ runAt: start });
    await add(job);
    const direct = await engine.jobs.leaseJob(job.id, start, leaseMs);
    assert.ok(direct !== null && 'leaseId' in direct);
    await jobs.finish(direct);
    assert.equal(await lease(), null);
    assert.deepEqual(await messagesIn(jobsUrl), []);
  });

  test('a failed job is told anew, for the time when it is due', async () => {
    const { add, lease, jobs, jobsUrl, time } = await queue();
    await add(someJob({ runAt: start }));
    const first = await leased(lease);
    // Whether a message is delayed in the queue cannot be seen without waiting for it: this one is due at once.
    assert.equal(await jobs.fail(first, 'no luck', after(0), start), true);
    await jobs.settled();
    const second = await leased(lease);
    assert.deepEqual([second.id, second.attempt], [first.id, 2]);
    time.now = after(1);
    await jobs.finish(second);
    await jobs.settled();
    assert.deepEqual(await messagesIn(jobsUrl), []);
  });

  test('a job that gives up is dead in the records, and told to the dead-letter queue', async () => {
    const { add, lease, jobs, jobsUrl, deadUrl, engine } = await queue();
    const job = someJob({ runAt: start });
    await add(job);
    await jobs.fail(await leased(lease), 'hopeless', null, start);
    await jobs.settled();
    assert.equal((await engine.jobs.listDead({ limit: 10 })).items[0]?.id, job.id);
    assert.deepEqual(await messagesIn(jobsUrl), []);
    assert.deepEqual(await messagesIn(deadUrl), [
      { job: job.id, kind: job.kind, attempts: 1, failure: 'hopeless' },
    ]);
  });

  test('a job that is given back is told again at once', async () => {
    const { add, lease, jobs } = await queue();
    await add(someJob({ runAt: start }));
    await jobs.giveBack(await leased(lease), start);
    await jobs.settled();
    assert.equal((await leased(lease)).attempt, 1);
  });

  test('a message about nothing that is known stops nobody, and is told', async () => {
    const { jobs, add, lease, jobsUrl, problems } = await queue();
    const queueItself = new SqsQueue(new SQSClient(awsSettings), jobsUrl);
    await queueItself.send(['no json', '{}', '{"job": 7}', 'null'].map((body) => ({ body, delayS: 0 })));
    await add(someJob({ runAt: start }));
    const found: (LeasedJob | null)[] = [];
    for (let i = 0; i < 6; i++) found.push(await lease());
    assert.equal(found.filter((job) => job !== null).length, 1);
    assert.equal(problems.length, 4);
    await jobs.settled();
  });

  test('several workers at once share what is told', async () => {
    const { add, jobs, time } = await queue();
    for (let i = 0; i < 12; i++) await add(someJob({ runAt: start }));
    const all = await Promise.all(Array.from({ length: 24 }, () => jobs.lease(kinds, time.now, leaseMs)));
    const ids = all.flatMap((job) => (job === null ? [] : [job.id]));
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(ids.length, 12);
  });

  test('waiting for a message ends when the worker stops', async () => {
    const { jobs } = await queue({ waitS: 20, rescueAfterMs: 0 });
    const stopping = new AbortController();
    const waiting = jobs.lease(kinds, start, leaseMs, stopping.signal);
    setTimeout(() => stopping.abort(), 50);
    assert.equal(await waiting, null);
  });
});

describe('jobs over an SQS that', () => {
  /** The queue over records in memory; `elapsed` moves the time. */
  function queueOver(answer: (request: AwsRequest) => AwsAnswer | Promise<AwsAnswer>) {
    const engine = memoryEngine();
    const requests: AwsRequest[] = [];
    const problems: string[] = [];
    const time = { ms: 0 };
    const now = () => new Date(start.getTime() + time.ms);
    const client = new SQSClient(
      answering((request) => {
        requests.push(request);
        return answer(request);
      }),
    );
    const queue = new SqsQueue(client, 'https://sqs.eu-central-1.amazonaws.com/123456789012/jobs');
    const jobs = new SqsJobQueue(
      {
        records: engine.jobs,
        queue,
        dead: null,
        report: (problem) => void problems.push(problem),
        now,
        elapsedMs: () => time.ms,
      },
      { waitS: 10, rescueAfterMs: 15_000 },
    );
    const commit = jobs.telling(engine.commit);
    return {
      jobs,
      time,
      requests,
      problems,
      records: engine.jobs,
      add: async (job: Job) => {
        await commit([{ change: 'job.queue', job }]);
        await jobs.settled();
      },
      lease: () => jobs.lease(kinds, now(), leaseMs),
    };
  }

  test('loses messages loses no job: one that is long due is taken from the records, and leased as long as others', async () => {
    const { time, add, lease, requests } = queueOver(() => ({ output: {} }));
    await add(someJob({ runAt: start }));
    assert.equal(await lease(), null);
    time.ms = 14_999;
    assert.equal(await lease(), null);
    time.ms = 24_999;
    const job = await lease();
    assert.deepEqual(job?.leasedUntil, new Date(start.getTime() + 24_999 + leaseMs));
    assert.equal(requests.filter(({ operation }) => operation === 'ReceiveMessage').length, 2);
  });

  test('is never empty starves no lost job', async () => {
    const busy: string[] = [];
    const { time, add, lease, jobs } = queueOver(({ operation }) => {
      const body = busy.shift();
      if (operation !== 'ReceiveMessage' || body === undefined) return { output: {} };
      return { output: messageAbout(body) };
    });
    const lost = someJob({ runAt: start });
    await add(lost);
    const found: string[] = [];
    for (let i = 0; i < 10; i++) {
      time.ms += 5_000;
      const job = someJob({ runAt: new Date(start.getTime() + time.ms) });
      await add(job);
      busy.push(job.id);
      const taken = await lease();
      if (taken !== null) found.push(taken.id);
      if (taken !== null) await jobs.finish(taken);
    }
    assert.ok(found.includes(lost.id));
  });

  test('does not answer fails no commit, and jobs are taken from the records meanwhile', async () => {
    let away = true;
    const { time, add, lease, requests, problems, jobs } = queueOver(() =>
      away ? { lost: true } : { output: {} },
    );
    const [one, other] = [someJob({ runAt: start }), someJob({ runAt: start })];
    await add(one);
    await add(other);
    const asked = requests.length;
    const [first, second] = [await lease(), await lease()];
    assert.deepEqual([first?.id, second?.id], [one.id, other.id]);
    assert.ok(first && second);
    await jobs.finish(first);
    await jobs.fail(second, 'no luck', start, start);
    await jobs.settled();
    assert.equal(requests.length, asked, 'it is left alone for a while');
    assert.equal(problems.length, 1);
    away = false;
    time.ms = 10_000;
    await lease();
    assert.ok(requests.length > asked, 'then it is asked again');
  });

  test('refuses single messages of a batch is told, and fails no commit', async () => {
    const { add, problems } = queueOver(() => ({
      output: { Successful: [], Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] },
    }));
    await add(someJob({ runAt: start }));
    assert.equal(problems.length, 1);
  });

  test('is told of a job delays it until it is due, and is not told of what is due later than it can delay', async () => {
    const { add, requests } = queueOver(() => ({ output: {} }));
    await add(someJob({ runAt: after(-5) }));
    await add(someJob({ runAt: after(7.2) }));
    await add(someJob({ runAt: after(900) }));
    await add(someJob({ runAt: after(901) }));
    const delays = requests.map(
      ({ input }) => (input.Entries as { DelaySeconds: number }[])[0]?.DelaySeconds,
    );
    assert.deepEqual(delays, [0, 8, 900]);
  });

  test('tells of a job that is not due, or leased elsewhere, is asked to tell it again when it is', async () => {
    const told: string[] = [];
    const { add, lease, requests, records, jobs } = queueOver(({ operation }) => {
      const body = operation === 'ReceiveMessage' ? told.shift() : undefined;
      return { output: body === undefined ? {} : messageAbout(body) };
    });
    const [early, elsewhere] = [someJob({ runAt: after(40) }), someJob({ runAt: start })];
    await add(early);
    await add(elsewhere);
    await records.leaseJob(elsewhere.id, start, leaseMs);
    told.push(early.id, elsewhere.id);
    assert.equal(await lease(), null);
    await jobs.settled();
    const hidden = requests.filter(({ operation }) => operation === 'ChangeMessageVisibility');
    assert.deepEqual(
      hidden.map(({ input }) => [input.ReceiptHandle, input.VisibilityTimeout]),
      [
        [early.id, 40],
        [elsewhere.id, 30],
      ],
    );
  });

  test('a long job has its message hidden as long as its lease, until that is lost', async () => {
    const told: string[] = [];
    const { add, lease, requests, jobs, time } = queueOver(({ operation }) => {
      const body = operation === 'ReceiveMessage' ? told.shift() : undefined;
      return { output: body === undefined ? {} : messageAbout(body) };
    });
    const job = someJob({ runAt: start });
    await add(job);
    told.push(job.id);
    const taken = await lease();
    assert.ok(taken);
    assert.equal(
      requests.find(({ operation }) => operation === 'ReceiveMessage')?.input.VisibilityTimeout,
      30,
    );
    assert.equal(await jobs.prolong(taken, after(40)), true);
    await jobs.settled();
    const heartbeats = () =>
      requests
        .filter(({ operation }) => operation === 'ChangeMessageVisibility')
        .map(({ input }) => input.VisibilityTimeout);
    assert.deepEqual(heartbeats(), [30]);
    time.ms = 60_000;
    await lease();
    assert.equal(await jobs.prolong(taken, after(90)), false);
    assert.equal(await jobs.finish(taken), false);
    await jobs.settled();
    assert.deepEqual(heartbeats(), [30]);
    assert.ok(
      !requests.some(({ operation }) => operation === 'DeleteMessage'),
      'the message is another’s now',
    );
  });

  test('says that a message is not ours any more is not away', async () => {
    const told: string[] = [];
    const { add, lease, jobs, problems, requests } = queueOver(({ operation }) => {
      if (operation === 'DeleteMessage') return { error: 'ReceiptHandleIsInvalid' };
      const body = operation === 'ReceiveMessage' ? told.shift() : undefined;
      return { output: body === undefined ? {} : messageAbout(body) };
    });
    const job = someJob({ runAt: start });
    await add(job);
    told.push(job.id);
    const taken = await lease();
    assert.ok(taken);
    assert.equal(await jobs.finish(taken), true);
    await jobs.settled();
    assert.deepEqual(problems, []);
    const asked = requests.length;
    await lease();
    assert.ok(requests.length > asked);
  });
});

/** Its receipt is the id of the job. */
function messageAbout(job: string) {
  const Body = JSON.stringify({ job });
  const MD5OfBody = createHash('md5').update(Body).digest('hex');
  return { Messages: [{ Body, MD5OfBody, ReceiptHandle: job }] };
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
