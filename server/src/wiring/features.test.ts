import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileMemory } from '../core/checks/index.ts';
import type { WebhookSender } from '../core/events/index.ts';
import type { ValidatorRunner, ValidatorTask } from '../core/validators/index.ts';
import {
  type FeatureSwitches,
  switchedAccess,
  switchedMemory,
  switchedRunner,
  switchedSender,
} from './features.ts';

/** All on until one is switched off. */
function switches(): FeatureSwitches & { off: Set<string> } {
  const off = new Set<string>();
  return { off, isOn: (name) => !off.has(name) };
}

test('a validator is run while validators are on, and denies without being run while they are off', async () => {
  const all = switches();
  let runs = 0;
  const runner: ValidatorRunner = {
    checkSyntax: async () => ({ ok: true }),
    health: async () => ({ ready: true, problems: [], running: 0, waiting: 0 }),
    run: async () => {
      runs += 1;
      return { allowed: true, message: '', cause: 'allowed', elapsedMs: 1 };
    },
  };
  const switched = switchedRunner(all, runner);
  const task = {} as ValidatorTask;
  assert.equal((await switched.run(task)).allowed, true);
  assert.equal((await switched.health()).ready, true);
  all.off.add('validators');
  const { allowed, cause } = await switched.run(task);
  assert.deepEqual({ allowed, cause, runs }, { allowed: false, cause: 'unavailable', runs: 1 });
  assert.deepEqual(await switched.checkSyntax('python', ''), { ok: true }, 'one can still be registered');
  const health = await switched.health();
  assert.equal(health.ready, false);
  assert.match(health.problems.join(), /switched off/);
});

test('what was found in files is remembered while that is on, and neither asked for nor added to while it is off', async () => {
  const all = switches();
  const calls: string[] = [];
  const memory: FileMemory = {
    basis: 'this program',
    recall: async () => {
      calls.push('recall');
      return [];
    },
    remember: async () => void calls.push('remember'),
  };
  const switched = switchedMemory(all, memory);
  assert.equal(switched.basis, memory.basis);
  const use = async () => {
    assert.deepEqual(await switched.recall(['a hint'], 'rules'), []);
    await switched.remember([], 'rules');
  };
  await use();
  all.off.add('rememberedFiles');
  await use();
  assert.deepEqual(calls, ['recall', 'remember']);
});

test('a webhook is posted while webhooks are on; off, the delivery finds an outage, which is no attempt', async () => {
  const all = switches();
  const posted: string[] = [];
  const sender: WebhookSender = {
    whyRefused: async () => null,
    post: async (url) => {
      posted.push(url);
      return { durationMs: 1, status: 200, error: null, responseBody: '' };
    },
  };
  const switched = switchedSender(all, sender);
  assert.equal((await switched.post('https://example.org/', {}, '')).status, 200);
  all.off.add('webhooks');
  await assert.rejects(switched.post('https://example.org/', {}, ''), {
    name: 'StorageError',
    failure: 'transient',
    transience: 'unreached',
  });
  assert.deepEqual(posted, ['https://example.org/']);
  assert.equal(await switched.whyRefused('https://example.org/'), null);
});

test('registration is as open as configured while the feature is on, and closed while it is off', () => {
  const all = switches();
  const [open, closed] = [true, false].map((openRegistration) => switchedAccess(all, { openRegistration }));
  assert.deepEqual([open?.openRegistration, closed?.openRegistration], [true, false]);
  all.off.add('registration');
  assert.deepEqual([open?.openRegistration, closed?.openRegistration], [false, false]);
});
