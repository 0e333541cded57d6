import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineStatus } from './engine-status.ts';
import { callsComponent, guardedComponent } from './guarded-component.ts';
import { probedComponent } from './probed-component.ts';

const now = new Date('2026-01-31T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const about = { id: 'database', title: 'Database', description: 'Keeps records.', logs: [] };
const line = { running: 0, waiting: 0, places: 4 };
const well: EngineStatus = {
  engine: 'records',
  breaker: 'closed',
  awaySince: null,
  tryAt: null,
  calls: { answered: 9, failed: 0, timedOut: 0, refused: 0, turnedAway: 0, retried: 0, brokenStreams: 0 },
  lastFailure: null,
  lines: { requests: line, worker: line },
};
const lastFailure = { at: now, message: 'records: it did not answer within 2000 ms' };

const observed = (status: Partial<EngineStatus>) =>
  callsComponent(about, () => ({ ...well, ...status })).observe(now, 5);

test('an engine whose calls go well is well, and its calls are counted', async () => {
  const { status, issues, metrics } = await observed({});
  assert.deepEqual([status, issues], ['ok', []]);
  assert.deepEqual([metrics.answered, metrics.breaker, metrics.requestsWaiting], [9, 0, 0]);
});

test('a failure that is over is told and worries nobody', async () => {
  const { status, issues } = await observed({ lastFailure });
  assert.equal(status, 'ok');
  assert.deepEqual(issues, [
    {
      code: 'engine-failed',
      severity: 'info',
      summary:
        'The last call that failed, at 2026-01-31T12:00:00.000Z: records: it did not answer within 2000 ms.',
    },
  ]);
});

test('an engine that is not asked any more is critical, in words', async () => {
  const { status, issues, metrics } = await observed({
    breaker: 'open',
    awaySince: now,
    tryAt: later(4),
    lastFailure,
  });
  assert.deepEqual([status, metrics.breaker], ['critical', 2]);
  assert.match(
    issues[0]?.summary ?? '',
    /^No answer since 2026-01-31T12:00:00.000Z.*try again at 2026-01-31T12:00:04/,
  );
});

test('one that nobody has asked since its pause ended may be back: that is a warning only', async () => {
  const away = { awaySince: now, tryAt: now, lastFailure };
  for (const breaker of ['open', 'half-open'] as const) {
    const { status, issues } = await observed({ ...away, breaker });
    assert.deepEqual([status, issues[0]?.code], ['degraded', 'engine-away']);
  }
});

test('calls that wait for a place are a warning that says whose they are', async () => {
  const { status, issues } = await observed({
    lines: { requests: line, worker: { running: 4, waiting: 2, places: 4 } },
  });
  assert.equal(status, 'degraded');
  assert.equal(issues[0]?.summary, 'All 4 places of the worker are taken, and 2 calls wait for one.');
});

test('what the engine says itself and what its guard has seen are told together', async () => {
  const silent = probedComponent(about, () => Promise.reject(new Error('no answer')));
  const status = { ...well, breaker: 'open' as const, awaySince: now, tryAt: later(1), lastFailure };
  const seen = await guardedComponent(silent, () => status).observe(now, 5);
  assert.equal(seen.status, 'critical');
  assert.deepEqual(
    seen.issues.map(({ code }) => code),
    ['no-answer', 'engine-away'],
  );
});
