import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunnerHealth } from '../validators/index.ts';
import { validatorsComponent } from './validators-component.ts';

const now = new Date('2026-01-31T12:00:00Z');
const observed = (health: Partial<RunnerHealth>) =>
  validatorsComponent({
    health: async () => ({ ready: true, problems: [], running: 0, waiting: 0, ...health }),
  }).observe(now, 1);

test('a runner that is ready is well, and tells how much it has to do', async () => {
  const { status, metrics, issues, timeline } = await observed({ running: 2, waiting: 7 });
  assert.deepEqual([status, metrics, issues], ['ok', { running: 2, waiting: 7 }, []]);
  assert.deepEqual(
    timeline.map(({ value }) => value),
    [7],
  );
});

test('a runner that runs nothing degrades the registry, with the reasons', async () => {
  const { status, issues } = await observed({ ready: false, problems: ['No seccomp here.'] });
  assert.equal(status, 'degraded');
  assert.deepEqual(
    issues.map(({ code }) => code),
    ['validators-not-run', 'validators-confinement'],
  );
  assert.equal(issues[1]?.summary, 'No seccomp here.');
});

test('what is weaker than it could be is told, and no alarm', async () => {
  const { status, issues } = await observed({ problems: ['Python starts slowly.'] });
  assert.deepEqual([status, issues[0]?.severity], ['ok', 'info']);
});
