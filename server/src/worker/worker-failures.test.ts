import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { someJob } from '../../test/support/samples.ts';
import { handlersWith, held, kind, testWorker, until, withMethods } from '../../test/support/test-worker.ts';
import { StorageError } from '../core/errors.ts';

test('a queue that does not answer has not taken the lease away', async () => {
  const { ports, told, start, queue, outcomes } = await testWorker();
  const { running, run } = held();
  let asked = 0;
  const jobs = withMethods(ports.jobs, {
    prolong: async () => {
      asked++;
      throw new Error('the queue is down');
    },
  });
  await queue('steady');
  start({ run }, { leaseMs: 30 }, { ...ports, jobs });
  await until('two heartbeats', () => asked >= 2);
  assert.equal(running[0]?.signal.aborted, false);
  running[0]?.letGo();
  await until('its end', () => told.length === 1);
  assert.deepEqual(outcomes(), [['steady', 'finished']]);
});

test('a failed job is tried again later and later, and after its last attempt it is given up', async () => {
  const { ports, clock, told, start, queue, outcomes } = await testWorker();
  const gaveUp: string[] = [];
  await queue('hopeless');
  start({
    run: () => Promise.reject(new Error('no luck')),
    giveUp: async (_ports, job, failure) => void gaveUp.push(`${job.attempt}: ${failure}`),
  });
  for (const [attempt, earliestS, latestS] of [
    [1, 0.8, 1.2],
    [2, 3.2, 4.8],
  ] as const) {
    await until(`attempt ${attempt}`, () => told.length === attempt);
    clock.advance(earliestS - 0.001);
    await wait(15);
    assert.equal(told.length, attempt, 'not before its time');
    clock.advance(latestS - earliestS + 0.001);
  }
  await until('the last attempt', () => told.length === 3);
  assert.deepEqual(outcomes(), [
    ['hopeless', 'failed'],
    ['hopeless', 'failed'],
    ['hopeless', 'dead'],
  ]);
  const [first] = told;
  assert.ok(first?.error instanceof Error);
  assert.equal(first.error.message, 'no luck');
  assert.deepEqual(gaveUp, ['3: no luck']);
  const [dead] = (await ports.jobs.listDead({ limit: 10 })).items;
  assert.deepEqual([dead?.id, dead?.failure, dead?.attempts], ['hopeless', 'no luck', 3]);
});

test('whatever a handler throws is told, cut to a bearable length', async () => {
  const { ports, told, start, queue } = await testWorker();
  await queue('odd');
  start({ attempts: 1, run: () => Promise.reject('x'.repeat(10_000)) });
  await until('its end', () => told.length === 1);
  assert.equal((await ports.jobs.listDead({ limit: 10 })).items[0]?.failure.length, 2_000);
});

test('a handler that throws before it is asynchronous fails like others', async () => {
  const { told, start, queue, outcomes } = await testWorker();
  await queue('hasty');
  start({
    attempts: 1,
    run: () => {
      throw new Error('at once');
    },
  });
  await until('its end', () => told.length === 1);
  assert.deepEqual(outcomes(), [['hasty', 'dead']]);
});

test('a job whose worker crashes again and again is given up without being run once more', async () => {
  const { ports, clock, told, start, queue, outcomes } = await testWorker();
  await queue('deadly');
  for (let crash = 0; crash < 3; crash++) {
    await ports.jobs.lease([kind], clock.now(), 60_000);
    clock.advance(60);
  }
  let ran = 0;
  const gaveUp: string[] = [];
  start({ run: async () => void ran++, giveUp: async (_ports, _job, failure) => void gaveUp.push(failure) });
  await until('its end', () => told.length === 1);
  assert.equal(ran, 0);
  assert.deepEqual(outcomes(), [['deadly', 'dead']]);
  assert.deepEqual(gaveUp, ['its worker ended without a word, again and again']);
});

test('a job that cannot even be given up is given up later, not forgotten', async () => {
  const { clock, told, start, queue } = await testWorker();
  await queue('stubborn');
  let refusals = 2;
  start({
    attempts: 1,
    run: () => Promise.reject(new Error('no luck')),
    giveUp: async () => {
      if (refusals-- > 0) throw new Error('the database is down');
    },
  });
  for (let attempt = 1; attempt <= 2; attempt++) {
    await until(`attempt ${attempt}`, () => told.length === attempt);
    clock.advance(600);
  }
  await until('its end', () => told.length === 3);
  assert.deepEqual(
    told.map(({ outcome }) => outcome),
    ['failed', 'failed', 'dead'],
  );
});

test('an outage of the queue is survived, and shows', async () => {
  const { ports, clock, told, start, queue } = await testWorker();
  let down = true;
  const jobs = withMethods(ports.jobs, {
    lease: (...given) => (down ? Promise.reject(new Error('the queue is down')) : ports.jobs.lease(...given)),
  });
  await queue('patient');
  const worker = start({}, {}, { ...ports, jobs });
  await wait(20);
  assert.equal(worker.lastSeenAt, null);
  assert.deepEqual(told, []);
  down = false;
  await until('the job', () => told.length === 1);
  assert.deepEqual(worker.lastSeenAt, clock.now());
});

const away = () => Promise.reject(new StorageError('transient', 'no answer'));

test('a job that meets an engine that is away waits without using up attempts, however often', async () => {
  const { ports, clock, told, start, queue, outcomes } = await testWorker();
  await queue('patient');
  let down = true;
  const attempts: number[] = [];
  start({
    attempts: 1,
    run: async (_ports, job) => {
      attempts.push(job.attempt);
      if (down) await away();
    },
    giveUp: () => assert.fail('it was given up'),
  });
  for (let hour = 0; hour < 20; hour++) {
    await until('the next try', () => told.length === hour + 1);
    clock.advance(3_600);
  }
  down = false;
  await until('the end', () => told.length === 21);
  assert.deepEqual([...new Set(attempts)], [1]);
  assert.deepEqual(outcomes().slice(-2), [
    ['patient', 'postponed'],
    ['patient', 'finished'],
  ]);
  assert.deepEqual(await ports.jobs.statistics(clock.now()), []);
});

test('an outage that lasts longer than a day counts like any failure', async () => {
  const { ports, clock, told, start, queue } = await testWorker();
  await queue('forgotten');
  clock.advance(24 * 3_600);
  start({ attempts: 1, run: away });
  await until('its end', () => told.length === 1);
  assert.equal(told[0]?.outcome, 'dead');
  assert.equal((await ports.jobs.listDead({ limit: 10 })).items[0]?.failure, 'no answer');
});

test('that others were in the way counts as an attempt: nobody can keep a job going for ever', async () => {
  const { told, start, queue, outcomes } = await testWorker();
  const inTheWay = new StorageError('transient', 'changed', undefined, { transience: 'contended' });
  await queue('pestered');
  start({ attempts: 1, run: () => Promise.reject(inTheWay) });
  await until('its end', () => told.length === 1);
  assert.deepEqual(outcomes(), [['pestered', 'dead']]);
});

test('while a kind of job meets an engine that is away, it rests, longer each time, and others go on', async () => {
  const { ports, clock, told, startWith, queue } = await testWorker();
  const ids = Array.from({ length: 20 }, (_, i) => `check-${i}`);
  for (const id of ids) await queue(id);
  const handlers = handlersWith({ run: away }).map((handler) =>
    handler.kind === 'tell-event' ? { ...handler, run: async () => {} } : handler,
  );
  startWith(handlers, { concurrency: 1 });
  for (const [tries, restS] of [
    [1, 1],
    [2, 2],
    [3, 4],
  ] as const) {
    await until(`try ${tries}`, () => told.length === tries);
    clock.advance(restS * 0.8 - 0.001);
    await wait(15);
    assert.equal(told.length, tries, 'not while it rests');
    clock.advance(restS * 0.4 + 0.001);
  }
  await until('the fourth try', () => told.length === 4);
  const other = someJob({ kind: 'tell-event', runAt: clock.now() });
  await ports.commit([{ change: 'job.queue', job: other }]);
  await until('the other', () => told.some(({ job }) => job.id === other.id));
  assert.equal(told.at(-1)?.outcome, 'finished');
});

test('a kind that was done again rests only shortly the next time', async () => {
  const { clock, told, start, queue } = await testWorker();
  const answers = [away, away, async () => {}, away, async () => {}];
  await queue('a', 'b');
  start({ run: () => (answers.shift() ?? away)() }, { concurrency: 1 });
  await until('the first try', () => told.length === 1);
  clock.advance(1.2);
  await until('the second', () => told.length === 2);
  clock.advance(2.4);
  await until('one is done, and the other meets an outage', () => told.length === 4);
  clock.advance(1.2);
  await until('both', () => told.length === 5);
  assert.equal(told.at(-1)?.outcome, 'finished');
});

test('a queue that is away when a job ends is told later, longer than the lease lasts: it costs no attempt', async () => {
  const { ports, told, start, queue, outcomes } = await testWorker();
  let down = true;
  const ifUp = <T>(call: () => Promise<T>): Promise<T> => (down ? away() : call());
  const jobs = withMethods(ports.jobs, {
    lease: (...given) => (down && ran > 0 ? away() : ports.jobs.lease(...given)),
    prolong: (...given) => ifUp(() => ports.jobs.prolong(...given)),
    finish: (job) => ifUp(() => ports.jobs.finish(job)),
    giveBack: (...given) => ifUp(() => ports.jobs.giveBack(...given)),
  });
  let ran = 0;
  await queue('done');
  start({ attempts: 1, run: async () => void ran++ }, { leaseMs: 30, concurrency: 1 }, { ...ports, jobs });
  await until('the run', () => ran === 1);
  await wait(60);
  assert.deepEqual(told, []);
  down = false;
  await until('its end', () => told.length === 1);
  assert.deepEqual([outcomes(), ran], [[['done', 'finished']], 1]);
});

test('a worker that stops does not wait for a queue that is away', async () => {
  const { ports, start, queue, outcomes } = await testWorker();
  let ran = false;
  const jobs = withMethods(ports.jobs, { finish: () => away(), giveBack: () => away() });
  await queue('left');
  const run = async () => {
    ran = true;
  };
  const worker = start({ run }, { concurrency: 1 }, { ...ports, jobs });
  await until('the run', () => ran);
  await worker.stop(60_000);
  assert.deepEqual(outcomes(), [['left', 'lease-lost']]);
});

test('an outage at the end of a job leaves it to be run again', async () => {
  const { ports, clock, told, start, queue, outcomes } = await testWorker();
  let down = true;
  const ifUp = async <T>(call: () => Promise<T>): Promise<T> => {
    if (down) throw new Error('the queue is down');
    return call();
  };
  const jobs = withMethods(ports.jobs, {
    finish: (job) => ifUp(() => ports.jobs.finish(job)),
    fail: (...given) => ifUp(() => ports.jobs.fail(...given)),
  });
  await queue('repeated');
  start({}, {}, { ...ports, jobs });
  await until('the first end', () => told.length === 1);
  down = false;
  clock.advance(60);
  await until('the second end', () => told.length === 2);
  assert.deepEqual(outcomes(), [
    ['repeated', 'lease-lost'],
    ['repeated', 'finished'],
  ]);
});
