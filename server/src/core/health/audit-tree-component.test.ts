import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '../audit/index.ts';
import { auditTreeComponent } from './audit-tree-component.ts';

const now = new Date('2026-01-31T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const observed = (
  waitingSince: readonly Date[],
  size: number,
  checkpoint: { size: number; at: Date } | null,
) =>
  auditTreeComponent(
    {
      head: async () => ({ size, keeper: null }),
      waiting: async () => ({
        entries: waitingSince.map((at) => ({ at }) as AuditEntry),
        receipt: 'some',
        more: false,
      }),
      checkpoint: async () => checkpoint && { ...checkpoint, note: '' },
    },
    { checkpointEveryMs: 60_000 },
  ).observe(now, 1);

test('a tree that keeps up is well, also before there is anything', async () => {
  assert.equal((await observed([], 0, null)).status, 'ok');
  assert.equal((await observed([], 10, { size: 10, at: minutesAgo(10_000) })).status, 'ok');
  const { status, metrics, timeline } = await observed([minutesAgo(9), minutesAgo(1)], 12, {
    size: 10,
    at: minutesAgo(5),
  });
  assert.equal(status, 'ok');
  assert.deepEqual(metrics, { size: 12, waiting: 2, oldestWaitingSeconds: 540, unsigned: 2 });
  assert.deepEqual(
    timeline.map(({ value }) => value),
    [2],
  );
});

test('a tree that is shorter than what was signed of it is critical', async () => {
  const { status, issues } = await observed([], 8, { size: 10, at: minutesAgo(1) });
  assert.deepEqual([status, issues.map(({ code }) => code)], ['critical', ['audit-tree-shorter']]);
});

test('entries that wait for too long degrade it, and so does a tree that nobody signs', async () => {
  const behind = await observed([minutesAgo(1), minutesAgo(11)], 0, null);
  const unsigned = await observed([], 11, { size: 10, at: minutesAgo(12) });
  const never = await observed([], 1, null);
  const codes = [behind, unsigned, never].map(({ status, issues }) => [
    status,
    issues.map(({ code }) => code),
  ]);
  assert.deepEqual(codes, [
    ['degraded', ['audit-tree-behind']],
    ['degraded', ['audit-checkpoint-overdue']],
    ['degraded', ['audit-checkpoint-overdue']],
  ]);
});
