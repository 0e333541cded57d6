// Content on S3 that is away, breaks off, or comes with other bytes than were stored.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { FaultProxy } from '../../../tools/fault-proxy.ts';
import { EngineGuard } from '../../src/adapters/resilience/engine-guard.ts';
import { guardContent, guardReceiving, guardServing } from '../../src/adapters/resilience/guard-content.ts';
import { ThreadedExaminer } from '../../src/adapters/threads/threaded-examiner.ts';
import { checkFields } from '../../src/config/checks.ts';
import { readFields } from '../../src/config/fields.ts';
import { incomingKey } from '../../src/core/content/index.ts';
import type { Version } from '../../src/core/packages/index.ts';
import { beginUpload, completeUpload } from '../../src/core/uploads/index.ts';
import { jobHandlers } from '../../src/worker/handlers.ts';
import type { WorkerPorts } from '../../src/worker/ports.ts';
import { type JobOutcome, Worker } from '../../src/worker/worker.ts';
import { pathsOf } from '../support/content.ts';
import { guardSettings } from '../support/guard-settings.ts';
import { openTestContent, s3Servers } from '../support/s3-server.ts';
import { someDigest } from '../support/samples.ts';
import { testApp } from '../support/test-app.ts';
import { testRegistry } from '../support/test-registry.ts';
import { zipBytes } from '../support/zip-bytes.ts';

const checks = readFields(checkFields, {}, []);
const thread = new URL('../../src/check-thread.ts', import.meta.url);
const clock = { now: () => new Date() };

const marker = 'these bytes will be other ones';

function package_(): Buffer {
  return zipBytes([
    { name: 'package.json', content: '{"description":"A sample","license":"MIT"}' },
    { name: 'a.txt', content: marker, method: 0 },
  ]);
}

for (const server of s3Servers) {
  describe(`content that is away on ${server.name}`, { skip: server.skip }, () => {
    let test_: Awaited<ReturnType<typeof disturbed>>;
    beforeEach(async () => {
      test_ = await disturbed(server);
    });
    afterEach(() => test_.close());

    for (const faults of [{ refuse: true }, { stall: true }]) {
      const how = Object.keys(faults).join();
      test(`what needs no bytes goes on, downloads are told when to try again (${how})`, async () => {
        const { app, headers, version } = test_;
        const download = () => app.inject({ url: `/api/packages/${version.packageId}/download`, headers });
        assert.ok((await download()).statusCode < 400);
        await test_.proxy.bring(faults);
        const answers = await Promise.all(
          [
            '/health',
            '/api/health',
            `/api/packages/${version.packageId}`,
            `/api/packages/${version.packageId}/versions`,
            `/api/packages/${version.packageId}/files`,
            '/api/packages/search?q=sample',
            '/api/uploads',
          ].map((url) => app.inject({ url, headers })),
        );
        assert.deepEqual(
          answers.map(({ statusCode }) => statusCode),
          answers.map(() => 200),
          answers.map(({ body }) => body).join('\n'),
        );
        const away = await app.inject({ url: `/api/packages/${version.packageId}/files/a.txt`, headers });
        assert.equal(away.statusCode, 503, away.body);
        assert.ok(Number(away.headers['retry-after']) >= 1);
        await test_.proxy.heal();
        await until(async () => (await download()).statusCode < 400);
      });
    }

    test('checks wait for it without losing an attempt, and versions are published when it is back', async () => {
      const { id } = await test_.submit('2.0.0');
      await test_.proxy.bring({ refuse: true });
      test_.startWorker();
      await until(() => test_.told.some(({ outcome }) => outcome === 'postponed'));
      assert.equal((await test_.find(id)).state, 'pending');
      await test_.proxy.heal();
      await until(async () => (await test_.find(id)).state === 'published');
      assert.ok(test_.told.every(({ outcome }) => outcome === 'postponed' || outcome === 'finished'));
    });

    test('bytes that change on their way are found out: nothing is published that was not stored', async () => {
      await test_.proxy.bring({ corrupt: flipped });
      const versions = [await test_.submit('2.0.0', someDigest(package_())), await test_.submit('2.0.1')];
      const states = async () =>
        (await Promise.all(versions.map(({ id }) => test_.find(id)))).map(({ state }) => state);
      test_.startWorker();
      const isCertain = server.settings.checksums !== 'none';
      // With checksums the transfer fails and is tried again; without them the bytes are judged as they came.
      if (isCertain) await until(() => test_.told.length >= 3);
      else await until(async () => (await states()).every((state) => state !== 'pending'));
      assert.deepEqual(await states(), isCertain ? ['pending', 'pending'] : ['rejected', 'quarantined']);
      await test_.proxy.heal();
      if (isCertain) await until(async () => (await states()).every((state) => state === 'published'));
      const published = await pathsOf(test_.content, 'packages');
      assert.equal(published.length, 1, 'all published versions have the same bytes');
    });

    test('a stream that breaks off is an error for its reader and told, never a shorter object', async () => {
      const key = incomingKey('large');
      const bytes = Buffer.alloc(3 * 1024 * 1024, 'assay');
      await test_.content.write(key, Readable.from([bytes], { objectMode: false }));
      const stream = await test_.content.read(key);
      test_.proxy.bring({ cutAnswersAfter: 200_000 });
      await assert.rejects(buffer(stream), { name: 'StorageError', failure: 'transient' });
      assert.equal(test_.guard.status().calls.brokenStreams, 1);
      await test_.proxy.heal();
      assert.ok((await buffer(await test_.content.read(key))).equals(bytes));
    });
  });
}

/** Another byte in the marker, wherever it passes whole. */
function flipped(answer: Buffer): Buffer {
  const at = answer.indexOf(marker);
  if (at === -1) return answer;
  const changed = Buffer.from(answer);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** A registry whose content lies on the other side of a proxy, with one published version. */
async function disturbed(server: (typeof s3Servers)[number]) {
  const { hostname, port } = new URL(server.client.endpoint ?? '');
  const proxy = await FaultProxy.to(hostname, Number(port));
  const client = {
    ...server.client,
    endpoint: `http://127.0.0.1:${proxy.port}`,
    requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true as const },
    maxAttempts: 2,
  };
  const opened = await openTestContent({ ...server, client }, clock);
  const guard = new EngineGuard('content', {
    ...guardSettings,
    limitsMs: { read: 3_000, list: 3_000, commit: 3_000, begin: 3_000, poll: 3_000, bulk: 20_000 },
    breaker: { failures: 5, pauseMs: 50, longestPauseMs: 200 },
    retries: { ...guardSettings.retries, most: 0 },
  });
  const content = guardContent(opened.content, guard.requests);
  const test = await testRegistry(
    {},
    {
      clock,
      content,
      receiving: guardReceiving(opened.receiving, guard.requests),
      serving: guardServing(opened.serving, guard.requests),
      ownContent: null,
    },
  );
  const { registry } = test;
  const examiner = new ThreadedExaminer(thread, { ...checks, threads: 1 }, checks, { s3: opened.threadData });
  const ports: WorkerPorts = {
    ...registry,
    content: guardContent(opened.content, guard.worker),
    receiving: guardReceiving(opened.receiving, guard.worker),
    examiner,
    sweepGraceMs: 60_000,
    recheckPerHour: 0,
    webhookSwitchOffAfter: 10,
    announcer: null,
  };
  const told: JobOutcome[] = [];
  const workers: Worker[] = [];
  const ada = await test.signIn('ada', ['upload', 'search', 'download']);

  async function submit(label: string, declaredDigest: string | null = null): Promise<Version> {
    const caller = await ada.caller();
    const bytes = package_();
    const upload = await beginUpload(registry, caller, {
      kind: 'code',
      packageName: 'sample',
      label,
      fileName: 'sample.zip',
      contentType: 'application/zip',
      declaredDigest,
      sizeBytes: bytes.length,
      method: 'form',
    });
    await content.write(incomingKey(upload.id), Readable.from([bytes], { objectMode: false }));
    return find((await completeUpload(registry, caller, upload.id)).versionId ?? '');
  }

  async function find(id: string): Promise<Version> {
    const version = await registry.versions.find(id);
    assert.ok(version !== null);
    return version;
  }

  function startWorker(): Worker {
    const settings = { concurrency: 2, pollMs: 20, leaseMs: 30_000 };
    const worker = new Worker(ports, jobHandlers, settings, (outcome) => told.push(outcome));
    workers.push(worker);
    worker.start();
    return worker;
  }

  const submitted = await submit('1.0.0');
  const worker = startWorker();
  await until(async () => (await find(submitted.id)).state !== 'pending');
  await worker.stop(10_000);
  const version = await find(submitted.id);
  assert.equal(version.state, 'published');
  told.length = 0;
  const app = await testApp(test);
  return {
    app,
    headers: ada.headers,
    version,
    proxy,
    guard,
    content,
    told,
    submit,
    find,
    startWorker,
    async close() {
      await proxy.heal();
      await Promise.all(workers.map((one) => one.stop(1_000)));
      await app.close();
      await examiner.close();
      await opened.close();
      await proxy.close();
    },
  };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, 'waited in vain');
    await wait(20);
  }
}
