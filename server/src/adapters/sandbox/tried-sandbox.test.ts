import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunnerHealth } from '../../core/validators/index.ts';
import type { Sandbox } from './sandbox.ts';
import { TriedSandbox } from './tried-sandbox.ts';

const well: RunnerHealth = { ready: true, problems: [], running: 0, waiting: 0 };
const unconfined: RunnerHealth = {
  ...well,
  ready: false,
  problems: ['Scripts in python can open connections.'],
};

/** One whose trials end as told, one after the other; asked before or between them, it says that it is well. */
function sandboxWith(trials: Promise<RunnerHealth>[]): Sandbox {
  return {
    prepare: () => trials.shift() ?? assert.fail('it is not tried out again'),
    prepareIfExpected: async () => {},
    health: async () => ({ ...well, running: 1 }),
    run: async () => ({ allowed: true, message: '', cause: 'allowed', elapsedMs: 1 }),
    checkSyntax: async () => ({ ok: true }),
    [Symbol.asyncDispose]: async () => {},
  };
}

test('a sandbox as a service is not ready before it was tried out, and says so', async () => {
  const { promise, resolve } = Promise.withResolvers<RunnerHealth>();
  const tried = new TriedSandbox(sandboxWith([promise]));
  const problems = ['It is being tried out whether scripts are confined here.'];
  assert.deepEqual(await tried.health(), { ready: false, problems, running: 1, waiting: 0 });
  const trying = tried.tryOut();
  assert.equal((await tried.health()).ready, false);
  resolve(well);
  assert.deepEqual(await trying, { ...well, running: 1 });
  assert.deepEqual(await tried.health(), { ...well, running: 1 });
});

test('a sandbox as a service that scripts get out of says which, until another trial has passed', async () => {
  const { promise, resolve } = Promise.withResolvers<RunnerHealth>();
  const tried = new TriedSandbox(sandboxWith([Promise.resolve(unconfined), promise]));
  assert.deepEqual(await tried.tryOut(), { ...unconfined, running: 1 });
  const trying = tried.tryOut();
  assert.deepEqual(await tried.health(), { ...unconfined, running: 1 });
  resolve(well);
  assert.equal((await trying).ready, true);
  assert.equal((await tried.health()).ready, true);
});
