// Workers over a registry in memory, on jobs of one kind that a test queues and handles as it likes.
import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { jobKinds, type LeasedJob } from '../../src/core/jobs/index.ts';
import type { JobHandler } from '../../src/worker/job-handler.ts';
import type { WorkerPorts } from '../../src/worker/ports.ts';
import { type JobOutcome, Worker, type WorkerSettings } from '../../src/worker/worker.ts';
import { someJob } from './samples.ts';
import { testPipeline } from './test-pipeline.ts';

export const kind = 'check-version';
export const workerSettings: WorkerSettings = { concurrency: 2, pollMs: 2, leaseMs: 60_000 };

const started: Worker[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.stop(0)));
});

/** A handler of `kind` that does this; all other kinds do nothing. */
export function handlersWith(given: Partial<JobHandler>): JobHandler[] {
  const nothing = { attempts: 3, run: async () => {} };
  return jobKinds.map((other) => ({ ...nothing, kind: other, ...(other === kind && given) }));
}

export async function testWorker() {
  const pipeline = await testPipeline();
  const told: JobOutcome[] = [];

  /** A worker that is stopped when the test ends. */
  function startWith(
    handlers: readonly JobHandler[],
    settings: Partial<WorkerSettings> = {},
    ports: WorkerPorts = pipeline.ports,
  ): Worker {
    const worker = new Worker(ports, handlers, { ...workerSettings, ...settings }, (outcome) => {
      told.push(outcome);
    });
    started.push(worker);
    worker.start();
    return worker;
  }

  return {
    ...pipeline,
    told,
    startWith,
    start: (given: Partial<JobHandler>, ...more: [Partial<WorkerSettings>?, WorkerPorts?]) =>
      startWith(handlersWith(given), ...more),
    queue: (...ids: string[]) =>
      pipeline.ports.commit(
        ids.map((id) => ({ change: 'job.queue', job: someJob({ id, kind, runAt: pipeline.clock.now() }) })),
      ),
    /** What became of the jobs so far, in the order of their ends. */
    outcomes: () => told.map(({ job, outcome }) => [job.id, outcome]),
  };
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline, `waited in vain for ${what}`);
    await wait(1);
  }
}

/** A handler whose runs last until the test lets them go on, or their signal is aborted. */
export function held() {
  const running: { job: LeasedJob; signal: AbortSignal; letGo: () => void }[] = [];
  const run: JobHandler['run'] = (_ports, job, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => reject(signal.reason));
    running.push({ job, signal, letGo: resolve });
    return promise;
  };
  return { running, run };
}

/** The port, with some of its methods replaced. */
export function withMethods<Port extends object>(port: Port, replaced: Partial<Port>): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in replaced ? replaced : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
