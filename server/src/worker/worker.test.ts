import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { someCaller } from '../../test/support/samples.ts';
import {
  handlersWith,
  held,
  kind,
  testWorker,
  until,
  withMethods,
  workerSettings,
} from '../../test/support/test-worker.ts';
import { jobKinds } from '../core/jobs/index.ts';
import { jobHandlers } from './handlers.ts';
import type { JobHandler } from './job-handler.ts';
import { Worker } from './worker.ts';

test('a worker does not begin when a kind of job has no handler, or two', async () => {
  const { ports } = await testWorker();
  const make = (given: JobHandler[]) => () => new Worker(ports, given, workerSettings, () => {});
  const all = handlersWith({});
  assert.throws(make(all.slice(1)), new RegExp(`No handler .*${all[0]?.kind}`));
  assert.throws(make([]), new RegExp(jobKinds.join(', ')));
  assert.throws(make([...all, ...all.slice(0, 1)]), /Two handlers/);
  make(all)();
});

test('the registry has one handler for each kind of job', async () => {
  const { ports } = await testWorker();
  new Worker(ports, jobHandlers, workerSettings, () => {});
  assert.deepEqual(jobHandlers.map((handler) => handler.kind).sort(), [...jobKinds].sort());
});

test('due jobs are run, each once, and told', async () => {
  const { ports, clock, told, start, queue, outcomes } = await testWorker();
  const ran: string[] = [];
  await queue('a', 'b', 'c');
  start({ run: async (_ports, job) => void ran.push(job.id) });
  await until('three jobs', () => told.length === 3);
  assert.deepEqual(ran.sort(), ['a', 'b', 'c']);
  assert.deepEqual(outcomes().sort(), [
    ['a', 'finished'],
    ['b', 'finished'],
    ['c', 'finished'],
  ]);
  assert.deepEqual(await ports.jobs.statistics(clock.now()), []);
});

test('what is queued while a worker idles is run', async () => {
  const { told, start, queue } = await testWorker();
  const worker = start({});
  await until('the queue has answered', () => worker.lastSeenAt !== null);
  await queue('late');
  await until('the job', () => told.length === 1);
});

test('a worker that is woken does not wait for its next poll', async () => {
  const { told, start, queue } = await testWorker();
  const worker = start({}, { pollMs: 60_000 });
  await until('the queue has answered', () => worker.lastSeenAt !== null);
  await queue('urgent');
  worker.wake();
  await until('the job', () => told.length === 1);
});

test('a worker that is woken just while the queue answers looks again', async () => {
  const { ports, told, start, queue } = await testWorker();
  let asked = 0;
  let worker: Worker | null = null;
  const jobs = withMethods(ports.jobs, {
    lease: async (...given) => {
      const answer = await ports.jobs.lease(...given);
      if (++asked === 1) {
        await queue('urgent');
        worker?.wake();
      }
      return answer;
    },
  });
  worker = start({}, { pollMs: 60_000 }, { ...ports, jobs });
  await until('the job', () => told.length === 1);
});

test('no more jobs run at once than there are places, and a place that becomes free is taken at once', async () => {
  const { told, start, queue } = await testWorker();
  const { running, run } = held();
  await queue('a', 'b', 'c');
  start({ run }, { concurrency: 2, pollMs: 60_000 });
  await until('two jobs', () => running.length === 2);
  await wait(20);
  assert.equal(running.length, 2);
  running[0]?.letGo();
  await until('the third', () => running.length === 3);
  for (const { letGo } of running) letGo();
  await until('all', () => told.length === 3);
});

test('several workers share the jobs, none is run twice', async () => {
  const { told, start, queue } = await testWorker();
  const ran: string[] = [];
  const ids = Array.from({ length: 30 }, (_, i) => `job-${i}`);
  for (const id of ids) await queue(id);
  const run: JobHandler['run'] = async (_ports, job) => {
    ran.push(job.id);
    await wait(1);
  };
  for (let i = 0; i < 3; i++) start({ run });
  await until('all jobs', () => told.length === 30);
  assert.deepEqual(ran.sort(), ids.sort());
});

test('a long job keeps its lease', async () => {
  const { ports, clock, told, start, queue, outcomes } = await testWorker();
  const { running, run } = held();
  const prolonged: Date[] = [];
  const jobs = withMethods(ports.jobs, {
    prolong: async (job, leasedUntil) => {
      prolonged.push(leasedUntil);
      return ports.jobs.prolong(job, leasedUntil);
    },
  });
  await queue('long');
  start({ run }, { leaseMs: 30 }, { ...ports, jobs });
  await until('two heartbeats', () => prolonged.length >= 2);
  assert.deepEqual(prolonged[0], new Date(clock.now().getTime() + 30));
  running[0]?.letGo();
  await until('its end', () => told.length === 1);
  assert.deepEqual(outcomes(), [['long', 'finished']]);
  const beats = prolonged.length;
  await wait(40);
  assert.equal(prolonged.length, beats, 'a finished job has no heartbeat');
});

test('a job whose lease is lost is aborted, told so, and neither failed nor given up by who lost it', async () => {
  const { ports, clock, told, start, queue, outcomes } = await testWorker();
  const { running, run } = held();
  let gaveUp = 0;
  await queue('stolen');
  start({ run, attempts: 1, giveUp: async () => void gaveUp++ }, { leaseMs: 30 });
  await until('the job', () => running.length === 1);
  clock.advance(60);
  const thief = await ports.jobs.lease([kind], clock.now(), 60_000);
  assert.equal(thief?.attempt, 2);
  await until('the abortion', () => told.length === 1);
  assert.equal(running[0]?.signal.aborted, true);
  assert.deepEqual(outcomes(), [['stolen', 'lease-lost']]);
  assert.equal(gaveUp, 0);
  assert.equal(await ports.jobs.finish(thief), true, 'the other one still has it');
});

test('a job that ends although its lease was lost is told as such', async () => {
  const { ports, clock, told, start, queue, outcomes } = await testWorker();
  await queue('stolen');
  start({
    run: async () => {
      clock.advance(120);
      await ports.jobs.lease([kind], clock.now(), 60_000);
    },
  });
  await until('its end', () => told.length === 1);
  assert.deepEqual(outcomes(), [['stolen', 'lease-lost']]);
});

test('stopping takes no more jobs and waits for those that run', async () => {
  const { start, queue, outcomes } = await testWorker();
  const { running, run } = held();
  await queue('a', 'b');
  const worker = start({ run }, { concurrency: 1 });
  await until('the first', () => running.length === 1);
  let stopped = false;
  const stopping = worker.stop(5_000).then(() => {
    stopped = true;
  });
  await wait(20);
  assert.equal(stopped, false);
  running[0]?.letGo();
  await stopping;
  assert.deepEqual(outcomes(), [['a', 'finished']]);
  assert.equal(running.length, 1);
  await wait(10);
  assert.equal(running.length, 1);
});

test('jobs that do not end in time are aborted when the worker stops, and are due again at once', async () => {
  const { ports, clock, start, queue, outcomes } = await testWorker();
  const { running, run } = held();
  await queue('long');
  const worker = start({ run, attempts: 1, giveUp: () => assert.fail('it was not given up') });
  await until('the job', () => running.length === 1);
  await worker.stop(10);
  assert.deepEqual(outcomes(), [['long', 'stopped']]);
  assert.equal((await ports.jobs.lease([kind], clock.now(), 60_000))?.id, 'long');
});

test('being stopped is no failed attempt: however often it happens, the job is not given up', async () => {
  const { told, start, queue, outcomes } = await testWorker();
  await queue('unlucky');
  for (let restart = 1; restart <= 5; restart++) {
    const { running, run } = held();
    const worker = start({ run, attempts: 2 });
    await until('the job', () => running.length === 1);
    assert.equal(running[0]?.job.attempt, 1);
    await worker.stop(0);
  }
  start({ attempts: 2 });
  await until('its end', () => told.length === 6);
  assert.deepEqual(outcomes().at(-1), ['unlucky', 'finished']);
});

test('an idle worker stops at once, whatever it waits for', async () => {
  const { ports, start } = await testWorker();
  const idle = start({}, { pollMs: 60_000 });
  await until('the queue has answered', () => idle.lastSeenAt !== null);
  const before = performance.now();
  await idle.stop(60_000);
  // Also when the queue is just being asked.
  const { promise, resolve } = Promise.withResolvers<null>();
  const asking = start(
    {},
    { pollMs: 60_000 },
    { ...ports, jobs: withMethods(ports.jobs, { lease: () => promise }) },
  );
  const stopping = asking.stop(60_000);
  resolve(null);
  await stopping;
  assert.ok(performance.now() - before < 5_000);
});

test('a queue that waits for a job to come is told when the worker stops', async () => {
  const { ports, start } = await testWorker();
  let asked = 0;
  const jobs = withMethods(ports.jobs, {
    lease: (_kinds, _now, _leaseMs, signal) => {
      asked++;
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(null)));
    },
  });
  const worker = start({}, {}, { ...ports, jobs });
  await until('the question', () => asked === 1);
  await worker.stop(60_000);
  assert.equal(asked, 1);
});

test('uploads become versions by a worker alone', async () => {
  const { submit, find, told, startWith } = await testWorker();
  const { id } = await submit(someCaller());
  startWith(jobHandlers);
  await until('the check', () => told.some(({ job }) => job.kind === 'check-version'));
  assert.equal((await find(id)).state, 'published');
});
