// What a collector of traces is told of real requests and jobs, what it is never told, and what becomes of a registry
// whose collector is out of order.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { freePort } from '../../tools/free-port.ts';
import { type CollectedSpan, TraceCollector } from '../../tools/trace-collector.ts';
import { ok, waitFor } from '../src/call.ts';
import { type Download, publish } from '../src/packages.ts';
import { removeTemporaryFolders, type ServerProcess, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const collector = await TraceCollector.listen();
const collectorKey = 'key-of-the-collector';
const hook = { received: [] as (string | undefined)[] };
/** Takes deliveries of webhooks. */
const receiver = createServer((request, response) => {
  hook.received.push(request.headers.traceparent?.toString());
  request.resume().on('end', () => response.end());
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const receiverSecret = 'path-that-only-the-receiver-knows';
const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/${receiverSecret}`;

const server = await startServer({
  ASSAY_TRACES_ENDPOINT: collector.url,
  ASSAY_TRACES_HEADERS: `x-key=${collectorKey}`,
  ASSAY_TRACES_SERVICE_NAME: 'assay-test',
  ASSAY_WEBHOOK_ALLOW_PRIVATE: 'true',
});
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
after(async () => {
  await server.stop();
  collector.close();
  receiver.closeAllConnections();
  receiver.close();
  await removeTemporaryFolders();
});

function arrived(name: string, of: (span: CollectedSpan) => boolean = () => true): Promise<CollectedSpan> {
  return waitFor(`the span ${name}`, () => collector.spans.find((span) => span.name === name && of(span)), {
    timeoutMs: 30_000,
  });
}

function within(span: CollectedSpan): CollectedSpan[] {
  return collector.spans.filter(({ parentSpanId }) => parentSpanId === span.spanId);
}

describe('a request', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

  test('goes on with the trace that its client began, with what was asked of the engines', async () => {
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    const answer = await ok(ada.api.call('GET', '/api/packages', { headers: { traceparent } }));
    assert.ok(answer);
    const request = await arrived('package.list', (span) => span.traceId === traceId);
    assert.equal(request.parentSpanId, '00f067aa0ba902b7');
    assert.equal(request.kind, 'server');
    assert.equal(request.facts['http.route'], '/api/packages');
    assert.equal(request.facts['http.response.status_code'], 200);
    assert.equal(request.service['service.name'], 'assay-test');
    const calls = within(request).map(({ name }) => name);
    assert.ok(calls.includes('records.packages.list'), String(calls));
  });

  test('leads to the job that it has queued, which has the examination and each check', async () => {
    const { versionId } = await publish(ada.api, { name: 'traced' });
    const job = await arrived(
      'check-version',
      ({ facts }) => facts['assay.job.payload.versionId'] === versionId,
    );
    assert.equal(job.kind, 'consumer');
    assert.equal(job.facts['assay.job.outcome'], 'finished');
    const examination =
      within(job).find(({ name }) => name === 'examination') ?? assert.fail('no examination');
    const checks = within(examination).filter(({ name }) => name.startsWith('check '));
    assert.ok(checks.length >= 5, checks.map(({ name }) => name).join());
    for (const check of checks) {
      assert.equal(check.facts['assay.verdict'], 'passed', check.name);
      assert.ok(check.begunAt >= examination.begunAt - 1, `${check.name} began before its examination`);
    }
    assert.ok(within(job).some(({ name }) => name === 'records.commit'));
    // By the id of the job, the trace of the request that has queued it is found.
    const commit = await arrived('records.commit', ({ facts }) =>
      String(facts['assay.queued_jobs']).split(',').includes(String(job.facts['assay.job.id'])),
    );
    const request = await arrived('upload.complete', ({ traceId: of }) => of === commit.traceId);
    assert.equal(commit.parentSpanId, request.spanId);
  });

  test('has a line in the log that names its span, as a job has', async () => {
    const job = await arrived('check-version');
    const line = server.log.find(({ kind, spanId }) => kind === 'check-version' && spanId === job.spanId);
    assert.equal(line?.traceId, job.traceId);
    const request = await arrived('upload.complete');
    const told = server.log.find(({ spanId }) => spanId === request.spanId);
    assert.equal(told?.operation, 'upload.complete');
    assert.equal(told?.traceId, request.traceId);
    assert.equal(told?.requestId, request.facts['assay.request_id']);
  });

  test('that is refused is told with the code of the refusal', async () => {
    await ada.api.get('/api/packages/018f0000-0000-7000-8000-000000000000');
    const span = await arrived('package.read', ({ facts }) => facts['http.response.status_code'] === 404);
    assert.equal(span.facts['error.type'], 'not-found');
    assert.equal(span.failed, false);
  });

  test('whose client goes away in the middle is a span all the same', async () => {
    const aborter = new AbortController();
    const leaving = ada.api.url;
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"name":'));
        setTimeout(() => aborter.abort(), 50);
      },
    });
    await assert.rejects(
      fetch(new URL('/api/uploads', leaving), {
        method: 'POST',
        headers: { authorization: `Bearer ${ada.api.token}`, 'content-type': 'application/json' },
        body,
        duplex: 'half',
        signal: aborter.signal,
      }),
    );
    const { facts } = await arrived('upload.begin', (span) => span.facts['assay.abandoned'] === true);
    assert.equal(facts['http.response.status_code'], undefined);
  });
});

test('a delivery of a webhook hands its trace on', async () => {
  await ok(ada.session.post('/api/webhooks', { url: receiverUrl, kinds: ['version.published'] }), 201);
  await publish(ada.api, { name: 'told' });
  const post = await arrived('webhook.post');
  assert.equal(post.kind, 'client');
  assert.equal(post.facts['server.address'], '127.0.0.1');
  assert.equal(post.facts['http.response.status_code'], 200);
  assert.deepEqual(hook.received, [`00-${post.traceId}-${post.spanId}-01`]);
});

test('no span has a password, a token, a signature, or what only a receiver of webhooks knows', async () => {
  const { versionId, packageId } = await publish(ada.api, { name: 'kept-to-oneself' });
  const download = await ok(ada.api.get<Download>(`/api/packages/${packageId}/download`));
  const content = await fetch(download.url);
  assert.equal(content.status, 200);
  await content.arrayBuffer();
  await ada.api.get('/api/packages', { query: 'searched-for-a-secret' });
  await arrived('check-version', ({ facts }) => facts['assay.job.payload.versionId'] === versionId);
  const isOwn = new URL(download.url).origin === server.url;
  if (isOwn) await arrived('content.read');
  const secrets = [
    ada.password,
    ada.api.token ?? assert.fail('no token'),
    ada.session.token ?? assert.fail('no session'),
    collectorKey,
    receiverSecret,
    'searched-for-a-secret',
    ...[...new URL(download.url).searchParams]
      .filter(([name]) => /signature|nonce/i.test(name))
      .map(([, value]) => value),
  ];
  assert.ok(secrets.length >= 6);
  const all = collector.texts.join('\n');
  for (const secret of secrets) assert.ok(!all.includes(secret), secret);
});

test('what watchers ask again and again is in no trace', async () => {
  await ok(server.api.get('/health'));
  await ok(server.api.get('/metrics'));
  await ok(ada.api.get('/api/auth/me'));
  await arrived('account.read');
  const names = collector.spans.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => /^registry\.(health|readiness|metrics)$|^event\.follow$/.test(name)),
    [],
  );
});

describe('a collector that', () => {
  async function used(url: string): Promise<ServerProcess> {
    const broken = await startServer({ ASSAY_TRACES_ENDPOINT: url, ASSAY_TRACES_TIMEOUT_MS: '500' });
    const user = await addUser(await enterAsAdministrator(broken), 'ada');
    await publish(user.api, { name: 'in-spite-of-it' });
    await waitFor('a warning', () => warnings(broken).length > 0);
    await publish(user.api, { name: 'and-once-more' });
    await broken.stop();
    return broken;
  }

  function warnings(of: ServerProcess) {
    return of.log.filter(({ msg }) => msg?.startsWith('Traces'));
  }

  test('never answers changes nothing for requests, and is told about once', async () => {
    const silent = await TraceCollector.listen();
    silent.status = null;
    const broken = await used(silent.url);
    assert.equal(warnings(broken).length, 1);
    silent.close();
  });

  test('is not there changes nothing for requests, and is told about once', async () => {
    const broken = await used(`http://127.0.0.1:${await freePort()}/v1/traces`);
    assert.equal(warnings(broken).length, 1);
  });
});
