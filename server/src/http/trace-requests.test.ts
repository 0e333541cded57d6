import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { pino } from 'pino';
import { httpSettings, testRegistry } from '../../test/support/test-registry.ts';
import { OpenTelemetryTracer } from '../adapters/opentelemetry/open-telemetry-tracer.ts';
import type { SpanIds } from '../core/health/index.ts';
import { buildApp } from './app.ts';

/** A server of which `share` of the traces is kept; `within` gets the span that each record is written in. */
async function listening(share: number) {
  const spans = new InMemorySpanExporter();
  const settings = { serviceName: 'assay', version: '0', share, followClients: true };
  const tracer = new OpenTelemetryTracer(settings, new SimpleSpanProcessor({ exporter: spans }));
  const { registry, signIn } = await testRegistry({}, { tracer });
  const within: (SpanIds | undefined)[] = [];
  const lines: Record<string, unknown>[] = [];
  const observed = {
    ...registry,
    commit: (async (changes) => {
      within.push(tracer.current()?.ids);
      await registry.commit(changes);
    }) satisfies typeof registry.commit,
  };
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const app = await buildApp(observed, httpSettings, logger);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const { headers } = await signIn('ada', ['upload', 'search']);
  return { url, headers, spans, within, lines, [Symbol.asyncDispose]: () => app.close() };
}

test('what is done for a request lies within its span, also after its body was read', async () => {
  await using server = await listening(1);
  const sent = request(`${server.url}/items`, {
    method: 'POST',
    headers: { ...server.headers, 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
  });
  // Its end comes by a later event of the connection, which knows nothing of the span.
  sent.write('{"name":"x","category":"c",');
  await setTimeout(50);
  sent.end('"description":"d"}');
  const [answer] = await once(sent, 'response');
  assert.equal(answer.statusCode, 201);
  answer.resume();
  await server[Symbol.asyncDispose]();
  const [span] = server.spans.getFinishedSpans();
  assert.equal(span?.name, 'item.create');
  assert.equal(span?.attributes['http.response.status_code'], 201);
  assert.deepEqual(
    server.within.map((ids) => ids?.spanId),
    [span?.spanContext().spanId],
  );
  const line = server.lines.find(({ msg }) => msg === 'request');
  assert.equal(line?.traceId, span?.spanContext().traceId);
});

test('where a trace is not kept, a request is answered as always, and its line names none', async () => {
  await using server = await listening(0);
  const answer = await fetch(`${server.url}/items`, { headers: server.headers });
  assert.equal(answer.status, 200);
  await answer.text();
  await server[Symbol.asyncDispose]();
  assert.deepEqual(server.spans.getFinishedSpans(), []);
  const line = server.lines.find(({ msg }) => msg === 'request');
  assert.equal(line?.operation, 'item.list');
  assert.equal(line?.traceId, undefined);
});

test('a path that is no route is not told', async () => {
  await using server = await listening(1);
  const answer = await fetch(`${server.url}/no/such/secret?a=secret`, { headers: server.headers });
  assert.equal(answer.status, 404);
  await answer.text();
  await server[Symbol.asyncDispose]();
  const [span] = server.spans.getFinishedSpans();
  assert.equal(span?.name, 'none');
  assert.equal(span?.attributes['error.type'], 'not-found');
  assert.ok(!JSON.stringify(span?.attributes).includes('secret'), JSON.stringify(span?.attributes));
});

test('an id in the path is told, and nothing else that stands in its place', async () => {
  await using server = await listening(1);
  for (const id of ['018f0000-0000-7000-8000-000000000000', 'ada@example.org', 'a%20secret']) {
    await (await fetch(`${server.url}/items/${id}`, { headers: server.headers })).text();
  }
  await server[Symbol.asyncDispose]();
  assert.deepEqual(
    server.spans.getFinishedSpans().map(({ attributes }) => attributes['assay.path.id']),
    ['018f0000-0000-7000-8000-000000000000', undefined, undefined],
  );
});
