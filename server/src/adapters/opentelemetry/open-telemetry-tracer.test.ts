import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../../../tools/free-port.ts';
import { TraceCollector } from '../../../../tools/trace-collector.ts';
import { RegistryError, StorageError } from '../../core/errors.ts';
import { inSpan, type Span } from '../../core/health/index.ts';
import { type OpenTelemetryTracer, openTracer, type TracerSettings } from './open-telemetry-tracer.ts';

const settings: TracerSettings = { serviceName: 'assay', version: '1.2.3', share: 1, followClients: true };
const clientTrace = '0af7651916cd43dd8448eb211c80319c';
const clientSpan = 'b7ad6b7169203331';
const kept = { traceparent: `00-${clientTrace}-${clientSpan}-01` };
const notKept = { traceparent: `00-${clientTrace}-${clientSpan}-00` };

let collector: TraceCollector;
let problems: string[];

beforeEach(async () => {
  collector = await TraceCollector.listen();
  problems = [];
});
afterEach(() => collector.close());

function tracer(changed: Partial<TracerSettings> = {}, sending: { url?: string; timeoutMs?: number } = {}) {
  return openTracer(
    { ...settings, ...changed },
    {
      url: collector.url,
      headers: [['x-team', 'secret of the collector']],
      timeoutMs: 2_000,
      report: (problem) => problems.push(problem),
      ...sending,
    },
  );
}

function begun(by: OpenTelemetryTracer, headers = {}): Span {
  return (
    by.begin('package.read', 'request', { 'assay.request_id': 'r1' }, headers) ?? assert.fail('not kept')
  );
}

describe('a trace', () => {
  test('arrives with what was noted, span within span, and under the name of the service', async () => {
    const traced = tracer();
    const request = begun(traced);
    await request.run(() =>
      inSpan(traced, 'records.packages.find', 'call', { 'assay.changes': ['a', 'b'] }, async (span) => {
        await pause(2);
        assert.deepEqual(traced.current()?.ids, span?.ids);
      }),
    );
    request.note({ 'http.response.status_code': 200 });
    request.end();
    await traced.close();
    const [call, first] = collector.spans;
    assert.equal(first?.name, 'package.read');
    assert.equal(first?.kind, 'server');
    assert.equal(first?.parentSpanId, undefined);
    assert.deepEqual(first?.facts, { 'assay.request_id': 'r1', 'http.response.status_code': 200 });
    assert.deepEqual(request.ids, { traceId: first?.traceId, spanId: first?.spanId });
    assert.equal(call?.name, 'records.packages.find');
    assert.equal(call?.parentSpanId, first?.spanId);
    assert.deepEqual(call?.facts, { 'assay.changes': ['a', 'b'] });
    assert.ok(call.durationMs >= 1, `${call.durationMs} ms`);
    assert.equal(call?.service['service.name'], 'assay');
    assert.equal(call?.service['service.version'], '1.2.3');
    assert.equal(collector.headers[0]?.['x-team'], 'secret of the collector');
    assert.deepEqual(problems, []);
  });

  test('of a client is continued and handed on', async () => {
    const traced = tracer({ share: 0 });
    const request = begun(traced, kept);
    assert.equal(request.ids.traceId, clientTrace);
    assert.equal(request.headers().traceparent, `00-${clientTrace}-${request.ids.spanId}-01`);
    request.end();
    await traced.close();
    assert.equal(collector.spans[0]?.parentSpanId, clientSpan);
  });

  test('of a client who does not keep it is not kept here, either', async () => {
    const traced = tracer();
    assert.equal(traced.begin('package.read', 'request', {}, notKept), null);
    await traced.close();
  });

  test('of a client who is not followed is linked, and kept by the share of this registry', async () => {
    const traced = tracer({ followClients: false });
    const request = begun(traced, notKept);
    assert.notEqual(request.ids.traceId, clientTrace);
    request.end();
    await traced.close();
    assert.equal(collector.spans[0]?.parentSpanId, undefined);
    assert.deepEqual(collector.spans[0]?.links, [{ traceId: clientTrace, spanId: clientSpan }]);
    const none = tracer({ followClients: false, share: 0 });
    assert.equal(none.begin('package.read', 'request', {}, kept), null);
    await none.close();
  });

  test('of what nobody can read begins anew', () => {
    for (const traceparent of ['', 'x', `00-${'0'.repeat(32)}-${clientSpan}-01`, 'ä'.repeat(10_000)]) {
      const request = begun(tracer(), { traceparent });
      assert.match(request.ids.traceId, /^[0-9a-f]{32}$/);
      assert.notEqual(request.ids.traceId, '0'.repeat(32));
    }
  });

  test('is kept for the share that is asked for', () => {
    const traced = tracer({ share: 0.25 });
    const times = 4_000;
    const found = Array.from({ length: times }).filter(
      () => traced.begin('a', 'request', {}) !== null,
    ).length;
    // Ten standard deviations on both sides.
    assert.ok(Math.abs(found - times / 4) < 275, `${found} of ${times}`);
    assert.equal(tracer({ share: 0 }).begin('a', 'request', {}), null);
  });

  test('has no span that begins after the one that it belongs to has ended', async () => {
    const traced = tracer();
    const request = begun(traced);
    await request.run(async () => {
      request.end();
      assert.equal(traced.current(), null);
      await inSpan(traced, 'later', 'step', {}, async (span) => assert.equal(span, null));
    });
    await traced.close();
    assert.deepEqual(
      collector.spans.map(({ name }) => name),
      ['package.read'],
    );
  });

  test('of a job that does very much is cut off, and tells so', async () => {
    const traced = tracer();
    const job = traced.begin('sweep-content', 'job', {}) ?? assert.fail('not kept');
    for (let call = 0; call < 1_500; call++) job.begin('content.stat', 'call', {})?.end();
    job.end();
    await traced.close();
    assert.equal(collector.spans.length, 1_000);
    assert.equal(collector.spans.at(-1)?.facts['assay.spans_left_out'], 501);
  });
});

describe('a failure', () => {
  const secret = 'the password is hunter2';
  const failures: readonly (readonly [error: unknown, kind: string, failed: boolean])[] = [
    [new RegistryError('not-found', secret), 'not-found', false],
    [new RegistryError('unavailable', secret), 'unavailable', true],
    [new StorageError('missing', secret), 'storage-missing', false],
    [new StorageError('transient', secret), 'storage-transient', true],
    [new TypeError(secret), 'TypeError', true],
    [secret, 'unknown', true],
  ];
  for (const [error, kind, failed] of failures) {
    test(`is told as ${kind}, without its message`, async () => {
      const traced = tracer();
      const request = begun(traced);
      await assert.rejects(
        request.run(() =>
          inSpan(traced, 'step', 'step', {}, async () => {
            throw error;
          }),
        ),
      );
      request.end();
      await traced.close();
      assert.equal(collector.spans[0]?.facts['error.type'], kind);
      assert.equal(collector.spans[0]?.failed, failed);
      assert.ok(!collector.texts.join('').includes('hunter2'));
    });
  }
});

describe('a collector', () => {
  test('that does not answer holds up the stop for its time limit only, and no more waits for it than may', async () => {
    collector.status = null;
    const traced = tracer({}, { timeoutMs: 200 });
    for (let request = 0; request < 8_192; request++) begun(traced).end();
    await traced.close();
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', /do not arrive/);
    // The first one when there were enough for it, and those that waited behind it: 512 spans each.
    assert.ok(collector.headers.length <= 5, `${collector.headers.length} batches`);
  });

  test('that is not there is reported once, however often something is to be sent', async () => {
    const traced = tracer({}, { url: `http://127.0.0.1:${await freePort()}/v1/traces` });
    for (let batch = 0; batch < 3; batch++) {
      for (let request = 0; request < 600; request++) begun(traced).end();
      await pause(20);
    }
    await traced.close();
    assert.equal(problems.length, 1, problems.join('\n'));
  });

  test('that comes back is reported, with what was lost', async () => {
    const traced = tracer();
    collector.status = 503;
    for (let request = 0; request < 512; request++) begun(traced).end();
    while (problems.length === 0) await pause(5);
    collector.status = 200;
    begun(traced).end();
    await traced.close();
    assert.match(problems[1] ?? '', /arrive again; 512 spans or more were lost/);
    assert.equal(problems.length, 2);
    assert.equal(collector.spans.length, 1);
  });

  test('that sends elsewhere is not followed, so that its key stays with it', async () => {
    const elsewhere = createServer((_request, response) => {
      response.writeHead(307, { location: collector.url }).end();
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const traced = tracer({}, { url: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/` });
    begun(traced).end();
    await traced.close();
    assert.equal(problems.length, 1);
    assert.deepEqual(collector.headers, []);
    elsewhere.closeAllConnections();
    elsewhere.close();
  });
});
