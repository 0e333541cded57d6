import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { testApp } from '../../../../test/support/test-app.ts';
import { type TestRegistry, testRegistry } from '../../../../test/support/test-registry.ts';
import { PrometheusTelemetry } from '../../../adapters/prometheus/prometheus-telemetry.ts';
import { errorCatalogue } from '../../../core/errors.ts';
import { HealthMonitor, probedComponent } from '../../../core/health/index.ts';
import type { Registry } from '../../registry.ts';

let fixture: TestRegistry;
let app: Awaited<ReturnType<typeof testApp>>;
let failing: 'nothing' | 'content' | 'database' = 'nothing';

const about = (id: string) => ({ id, title: id, description: `Keeps ${id}.`, logs: [] });

async function start(fields: Partial<Registry> = {}) {
  const { registry, clock } = fixture;
  const health = new HealthMonitor({ clock }, [
    registry.traffic,
    probedComponent(about('database'), async () => {
      if (failing === 'database') throw new Error('no answer');
    }),
    probedComponent(about('content'), async () => {
      if (failing === 'content') throw new Error('the disk is gone');
    }),
  ]);
  const telemetry = new PrometheusTelemetry({
    version: '1',
    jobs: registry.jobs,
    versions: registry.versions,
    auditTree: registry.auditTree,
    now: () => clock.now(),
  });
  app = await testApp({ registry: { ...registry, health, telemetry, ...fields } });
}

beforeEach(async () => {
  fixture = await testRegistry();
  failing = 'nothing';
  await start();
});
afterEach(() => app.close());

test('programs are welcomed with JSON, browsers with a page that loads nothing', async () => {
  const { name, docs } = (await app.inject('/')).json();
  assert.deepEqual([name, docs], ['Assay', '/api/docs']);
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const page = await app.inject({ url: '/', headers: { accept } });
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  assert.match(page.body, /<title>Assay<\/title>/);
  assert.doesNotMatch(page.body, /<script|src=|https?:/);
});

test('health says that the process answers, also when an engine does not', async () => {
  failing = 'content';
  fixture.clock.advance(90);
  const answer = await app.inject('/health');
  assert.deepEqual(
    [answer.statusCode, answer.json()],
    [200, { status: 'ok', version: '0.0.0-test', uptimeSeconds: 90 }],
  );
});

test('readiness is 503 while the database does not answer, and 200 without content, which much does not need', async () => {
  const look = async () => {
    const answer = await app.inject('/api/health');
    return [answer.statusCode, answer.json()];
  };
  const well = { status: 'ok', components: { database: 'ok', content: 'ok' } };
  assert.deepEqual(await look(), [200, well]);
  failing = 'database';
  fixture.clock.advance(2);
  assert.deepEqual(await look(), [
    503,
    { status: 'critical', components: { database: 'critical', content: 'ok' } },
  ]);
  failing = 'content';
  fixture.clock.advance(2);
  assert.deepEqual(await look(), [
    200,
    { status: 'critical', components: { database: 'ok', content: 'critical' } },
  ]);
  failing = 'nothing';
  fixture.clock.advance(2);
  assert.deepEqual(await look(), [200, well]);
});

test('everybody sees how the components are, only administrators why', async () => {
  failing = 'content';
  await app.inject('/items');
  const [root, ada] = [await fixture.signIn('root', ['admin']), await fixture.signIn('ada', ['search'])];
  const components = async (headers: Record<string, string> = {}) =>
    (await app.inject({ url: '/health/components?windowMinutes=5', headers })).json().components;
  for (const seen of [await components(), await components(ada.headers)]) {
    assert.deepEqual(
      seen.map((component: object) => Object.keys(component)),
      Array(3).fill(['id', 'title', 'status', 'observedAt']),
    );
    assert.ok(!JSON.stringify(seen).includes('disk'));
  }
  const [api, , content] = await components(root.headers);
  assert.equal(api.metrics.requests > 0, true);
  assert.equal(api.timeline.length, 1);
  assert.deepEqual(content.issues, [{ code: 'no-answer', severity: 'error', summary: 'the disk is gone' }]);
});

test('a window outside the limits is refused', async () => {
  for (const minutes of ['4', '1441', 'all']) {
    assert.equal((await app.inject(`/health/components?windowMinutes=${minutes}`)).statusCode, 400);
  }
});

test('the metrics tell of requests by operation and status, without ids', async () => {
  await app.inject('/items/0198-no-such-item');
  await app.inject('/nowhere/at/all');
  const { body, headers } = await app.inject('/metrics');
  assert.match(String(headers['content-type']), /^text\/plain; version=0.0.4/);
  assert.match(body, /assay_http_request_seconds_count\{operation="item.read",status="401"\} 1\n/);
  assert.match(body, /assay_http_request_seconds_count\{operation="none",status="404"\} 1\n/);
  assert.ok(!body.includes('no-such-item') && !body.includes('nowhere'));
});

test('metrics are for administrators and, by default, for direct connections from this machine', async () => {
  await app.close();
  await start({ metricsFor: 'loopback' });
  const [root, ada] = [await fixture.signIn('root', ['admin']), await fixture.signIn('ada', ['search'])];
  const status = async (given: object) => (await app.inject({ url: '/metrics', ...given })).statusCode;
  assert.equal(await status({ remoteAddress: '127.0.0.1' }), 200);
  assert.equal(await status({ remoteAddress: '::1' }), 200);
  assert.equal(await status({ remoteAddress: '192.0.2.7' }), 401);
  const proxied = { 'x-forwarded-for': '192.0.2.7' };
  assert.equal(await status({ remoteAddress: '127.0.0.1', headers: proxied }), 401);
  assert.equal(await status({ remoteAddress: '192.0.2.7', headers: ada.headers }), 403);
  assert.equal(await status({ remoteAddress: '192.0.2.7', headers: root.headers }), 200);
});

test('where only administrators may read the metrics, this machine may not', async () => {
  await app.close();
  await start({ metricsFor: 'administrators' });
  assert.equal((await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })).statusCode, 401);
});

test('every error has a page where its problem documents say', async () => {
  for (const code of Object.keys(errorCatalogue)) {
    const { statusCode, body } = await app.inject(`/api/docs/errors/${code}`);
    assert.equal(statusCode, 200, code);
    assert.match(body, new RegExp(`<code>${code}</code>`));
  }
  for (const code of ['no-such-code', 'constructor', '%3Cscript%3E']) {
    const answer = await app.inject(`/api/docs/errors/${code}`);
    assert.deepEqual([answer.statusCode, answer.json().code], [404, 'not-found']);
  }
});
