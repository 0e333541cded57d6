import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QuarantineStatistics } from '../packages/index.ts';
import { quarantineComponent } from './quarantine-component.ts';

const now = new Date('2026-01-31T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const observed = (statistics: QuarantineStatistics) =>
  quarantineComponent({ quarantineStatistics: async () => statistics }, 72).observe(now, 1);

test('a quarantine in which nothing waits too long is well', async () => {
  const { status, metrics } = await observed({ waiting: 0, oldestSince: null });
  assert.deepEqual([status, metrics], ['ok', { waiting: 0, oldestSeconds: 0 }]);
  assert.equal((await observed({ waiting: 5, oldestSince: hoursAgo(72) })).status, 'ok');
});

test('a forgotten case is an alarm', async () => {
  const { status, metrics, issues, timeline } = await observed({ waiting: 2, oldestSince: hoursAgo(73) });
  assert.equal(status, 'degraded');
  assert.deepEqual(metrics, { waiting: 2, oldestSeconds: 73 * 3_600 });
  assert.deepEqual(
    issues.map(({ code }) => code),
    ['review-overdue'],
  );
  assert.match(issues[0]?.summary ?? '', /73 hours/);
  assert.deepEqual(
    timeline.map(({ value }) => value),
    [2],
  );
});
