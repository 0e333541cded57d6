import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobStatistics } from '../jobs/index.ts';
import type { Component, Observation } from './component.ts';
import { HealthMonitor, jobsComponent, probedComponent, Traffic, workerComponent } from './index.ts';

const noon = new Date('2026-01-31T12:00:00Z');
const later = (seconds: number) => new Date(noon.getTime() + seconds * 1000);
const about = { id: 'part', title: 'Part', description: '', logs: [] };
const well: Observation = { status: 'ok', metrics: {}, issues: [], timeline: [] };

test('the API counts requests and errors of the window only, a minute a bucket', async () => {
  const traffic = new Traffic();
  traffic.note(later(-600), 500, 10);
  traffic.note(later(-60), 200, 10);
  traffic.note(noon, 200, 10);
  traffic.note(later(1), 500, 900);
  const { metrics, timeline } = await traffic.observe(later(2), 5);
  assert.deepEqual(metrics, { requests: 3, errors: 1, p95Ms: 1024 });
  assert.deepEqual(
    timeline.map(({ bucket, value }) => [bucket.toISOString().slice(11, 16), value]),
    [
      ['11:59', 1],
      ['12:00', 2],
    ],
  );
});

test('a slot of the ring forgets what was there a day before', async () => {
  const traffic = new Traffic();
  traffic.note(noon, 200, 10);
  traffic.note(later(86_400), 200, 10);
  assert.equal((await traffic.observe(later(86_400), 1_440)).metrics.requests, 1);
});

for (const [errors, status] of [
  [0, 'ok'],
  [1, 'ok'],
  [2, 'degraded'],
  [40, 'critical'],
] as const) {
  test(`${errors} failed requests of 140 make the API ${status}`, async () => {
    const traffic = new Traffic();
    for (let i = 0; i < 140 - errors; i++) traffic.note(noon, 404, 0);
    for (let i = 0; i < errors; i++) traffic.note(noon, 503, 1e9);
    assert.equal((await traffic.observe(noon, 1)).status, status);
  });
}

test('an engine that rejects, or does not answer in time, is critical and says why', async () => {
  const broken = probedComponent({ ...about, id: 'broken' }, () => Promise.reject(new Error('disk gone')));
  const silent = probedComponent({ ...about, id: 'silent' }, () => new Promise(() => {}));
  const monitor = new HealthMonitor({ clock: { now: () => noon } }, [broken, silent], { patienceMs: 10 });
  const told = (await monitor.components(5)).map(({ id, status, issues }) => [
    id,
    status,
    issues[0]?.summary,
  ]);
  assert.deepEqual(told, [
    ['broken', 'critical', 'disk gone'],
    ['silent', 'critical', 'It did not answer within 10 ms.'],
  ]);
  assert.deepEqual(await monitor.status(['broken']), {
    status: 'critical',
    components: { broken: 'critical' },
  });
});

test('a slow engine is degraded', async () => {
  const times = [0, 700];
  const slow = probedComponent(
    about,
    async () => {},
    () => times.shift() ?? 0,
  );
  const { status, metrics } = await slow.observe(noon, 5);
  assert.deepEqual([status, metrics], ['degraded', { probeMs: 700 }]);
});

test('however often health is asked, a component is looked at once in two seconds', async () => {
  let looks = 0;
  let now = noon;
  const component: Component = {
    ...about,
    observe: async () => {
      looks++;
      return well;
    },
  };
  const monitor = new HealthMonitor({ clock: { now: () => now } }, [component]);
  await Promise.all([monitor.components(5), monitor.components(5), monitor.components(5)]);
  assert.equal(looks, 1);
  now = later(2);
  await monitor.components(5);
  assert.equal(looks, 2);
});

const statistics = (fields: Partial<JobStatistics>): JobStatistics => ({
  kind: 'tell-event',
  waiting: 0,
  running: 0,
  dead: 0,
  oldestDueAt: null,
  ...fields,
});

for (const [situation, fields, status] of [
  ['an empty queue', {}, 'ok'],
  ['a job due for a minute', { waiting: 1, oldestDueAt: later(-60) }, 'ok'],
  ['a job due for ten minutes', { waiting: 1, oldestDueAt: later(-600) }, 'degraded'],
  ['a job due for an hour while others run', { running: 1, oldestDueAt: later(-3_600) }, 'degraded'],
  ['a job due for an hour while nothing runs', { waiting: 1, oldestDueAt: later(-3_600) }, 'critical'],
  ['a dead job', { dead: 1 }, 'degraded'],
] as const) {
  test(`${situation} makes the queue ${status}`, async () => {
    const component = jobsComponent(about, { statistics: async () => [statistics(fields)] });
    assert.equal((await component.observe(noon, 5)).status, status);
  });
}

test('the worker is unknown where none runs, and critical when it has been silent for long', async () => {
  const statusAt = async (seen: Date | null) => (await workerComponent(() => seen).observe(noon, 5)).status;
  assert.equal(await statusAt(null), 'unknown');
  assert.equal(await statusAt(later(-5)), 'ok');
  assert.equal(await statusAt(later(-90)), 'degraded');
  assert.equal(await statusAt(later(-600)), 'critical');
});
