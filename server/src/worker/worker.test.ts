import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { someJob } from '../../test/support/samples.ts';
import { type TestPipeline, testPipeline } from '../../test/support/test-pipeline.ts';
import { type JobKind, jobKinds, type LeasedJob } from '../core/jobs/index.ts';
import { jobHandlers } from './handlers.ts';
import type { JobHandler } from './job-handler.ts';
import type { WorkerPorts } from './ports.ts';
import { type JobOutcome, Worker, type WorkerSettings } from './worker.ts';

const kind = 'check-version';
const settings: WorkerSettings = { concurrency: 2, pollMs: 2, leaseMs: 60_000 };

let pipeline: TestPipeline;
let told: JobOutcome[];
const workers: Worker[] = [];
beforeEach(async () => {
  pipeline = await testPipeline();
  told = [];
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
});

/** A handler of `kind` that does this; all other kinds do nothing. */
function handlers(given: Partial<JobHandler>): JobHandler[] {
  const nothing = { attempts: 3, run: async () => {} };
  return jobKinds.map((other) => ({ ...nothing, kind: other, ...(other === kind && given) }));
}

function start(
  given: Partial<JobHandler>,
  more: Partial<WorkerSettings> = {},
  ports: WorkerPorts = pipeline.ports,
) {
  const worker = new Worker(ports, handlers(given), { ...settings, ...more }, (outcome) =>
    told.push(outcome),
  );
  workers.push(worker);
  worker.start();
  return worker;
}

const queue = (...ids: string[]) =>
  pipeline.ports.commit(
    ids.map((id) => ({ change: 'job.queue', job: someJob({ id, kind, runAt: pipeline.clock.now() }) })),
  );

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline, `waited in vain for ${what}`);
    await wait(1);
  }
}

const outcomes = () => told.map(({ job, outcome }) => [job.id, outcome]);

/** A handler that waits until the test lets it go on, or its signal is aborted. */
function held() {
  const running: { job: LeasedJob; signal: AbortSignal; letGo: () => void }[] = [];
  const run: JobHandler['run'] = (_ports, job, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => reject(signal.reason));
    running.push({ job, signal, letGo: resolve });
    return promise;
  };
  return { running, run };
}

test('a worker does not begin when a kind of job has no handler, or two', () => {
  const { ports } = pipeline;
  const make = (given: JobHandler[]) => () => new Worker(ports, given, settings, () => {});
  const all = handlers({});
  assert.throws(make(all.slice(1)), new RegExp(`No handler .*${all[0]?.kind}`));
  assert.throws(make([]), new RegExp(jobKinds.join(', ')));
  assert.throws(make([...all, ...all.slice(0, 1)]), /Two handlers/);
  make(all)();
});

test('the registry has one handler for each kind of job', () => {
  new Worker(pipeline.ports, jobHandlers, settings, () => {});
  assert.deepEqual(jobHandlers.map((handler) => handler.kind).sort(), [...jobKinds].sort());
});

test('due jobs are run, each once, and told', async () => {
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
  assert.deepEqual(await pipeline.ports.jobs.statistics(pipeline.clock.now()), []);
});

test('what is queued while a worker idles is run', async () => {
  const worker = start({});
  await until('the queue has answered', () => worker.lastSeenAt !== null);
  await queue('late');
  await until('the job', () => told.length === 1);
});

test('a worker that is woken does not wait for its next poll', async () => {
  const worker = start({}, { pollMs: 60_000 });
  await until('the queue has answered', () => worker.lastSeenAt !== null);
  await queue('urgent');
  worker.wake();
  await until('the job', () => told.length === 1);
});

test('a worker that is woken just while the queue answers looks again', async () => {
  const { ports } = pipeline;
  let asked = 0;
  let worker: Worker | null = null;
  const jobs = asPort(ports.jobs, {
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
  const { running, run } = held();
  const prolonged: Date[] = [];
  const { ports, clock } = pipeline;
  const jobs = asPort(ports.jobs, {
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
  const { running, run } = held();
  let gaveUp = 0;
  const { ports, clock } = pipeline;
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
  const { ports, clock } = pipeline;
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

test('a queue that does not answer has not taken the lease away', async () => {
  const { running, run } = held();
  const { ports } = pipeline;
  let asked = 0;
  const jobs = asPort(ports.jobs, {
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
  const { ports, clock } = pipeline;
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
  await queue('odd');
  start({ attempts: 1, run: () => Promise.reject('x'.repeat(10_000)) });
  await until('its end', () => told.length === 1);
  assert.equal((await pipeline.ports.jobs.listDead({ limit: 10 })).items[0]?.failure.length, 2_000);
});

test('a handler that throws before it is asynchronous fails like others', async () => {
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
  const { ports, clock } = pipeline;
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
  const { clock } = pipeline;
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
  const { ports, clock } = pipeline;
  let down = true;
  const jobs = asPort(ports.jobs, {
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

test('an outage at the end of a job leaves it to be run again', async () => {
  const { ports, clock } = pipeline;
  let down = true;
  const ifUp = async <T>(call: () => Promise<T>): Promise<T> => {
    if (down) throw new Error('the queue is down');
    return call();
  };
  const jobs = asPort(ports.jobs, {
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

test('stopping takes no more jobs and waits for those that run', async () => {
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
  const { running, run } = held();
  const { ports, clock } = pipeline;
  await queue('long');
  const worker = start({ run, attempts: 1, giveUp: () => assert.fail('it was not given up') });
  await until('the job', () => running.length === 1);
  await worker.stop(10);
  assert.deepEqual(outcomes(), [['long', 'stopped']]);
  assert.equal((await ports.jobs.lease([kind], clock.now(), 60_000))?.id, 'long');
});

test('being stopped is no failed attempt: however often it happens, the job is not given up', async () => {
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
  const idle = start({}, { pollMs: 60_000 });
  await until('the queue has answered', () => idle.lastSeenAt !== null);
  const before = performance.now();
  await idle.stop(60_000);
  // Also when the queue is just being asked.
  const { ports } = pipeline;
  const { promise, resolve } = Promise.withResolvers<null>();
  const asking = start(
    {},
    { pollMs: 60_000 },
    { ...ports, jobs: asPort(ports.jobs, { lease: () => promise }) },
  );
  const stopping = asking.stop(60_000);
  resolve(null);
  await stopping;
  assert.ok(performance.now() - before < 5_000);
});

test('uploads become versions by a worker alone', async () => {
  const { ports, submit, find } = pipeline;
  const { signIn } = pipeline;
  const ada = await (await signIn('ada', ['upload'])).caller();
  const { id } = await submit(ada);
  const worker = new Worker(ports, jobHandlers, settings, (outcome) => told.push(outcome));
  workers.push(worker);
  worker.start();
  const isChecked = ({ job }: JobOutcome) => job.kind === ('check-version' satisfies JobKind);
  await until('the check', () => told.some(isChecked));
  assert.equal((await find(id)).state, 'published');
});

/** The port, with some of its methods replaced. */
function asPort<Port extends object>(port: Port, replaced: Partial<Port>): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in replaced ? replaced : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
