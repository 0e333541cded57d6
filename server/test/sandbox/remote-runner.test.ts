// Validators in another process: what it is asked, what it answers, and what becomes of it when it does not.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { RemoteRunner } from '../../src/adapters/sandbox/remote-runner.ts';
import { serveRunner } from '../../src/adapters/sandbox/runner-server.ts';
import { StorageError } from '../../src/core/errors.ts';
import type { ValidatorOutcome, ValidatorRunner, ValidatorTask } from '../../src/core/validators/index.ts';
import { AttackRange, archive, noSandbox, taskFor } from './range.ts';

const secret = 's'.repeat(32);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const allowed: ValidatorOutcome = { allowed: true, message: 'fine', cause: 'allowed', elapsedMs: 3 };

/** A runner that answers with what it was given. */
function fakeRunner(given: Partial<ValidatorRunner> = {}): ValidatorRunner {
  return {
    run: async () => allowed,
    checkSyntax: async () => ({ ok: true }),
    health: async () => ({ ready: true, problems: ['one'], running: 1, waiting: 2 }),
    ...given,
  };
}

async function serve(runner: ValidatorRunner) {
  const server = await serveRunner(runner, { host: '127.0.0.1', port: 0, secret, report: () => {} });
  closers.push(() => server[Symbol.asyncDispose]());
  return server.url;
}

async function httpServer(listener: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function askAt(url: string, given: { secret?: string; timeoutMs?: number } = {}): RemoteRunner {
  return new RemoteRunner({ url, secret, timeoutMs: 60_000, report: () => {}, ...given });
}

/** Whose archive lies behind an address. */
async function addressed(task: ValidatorTask): Promise<ValidatorTask> {
  const url = await httpServer((request, response) => {
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const range = `bytes ${from}-${to}/${archive.length}`;
    response.writeHead(206, { 'content-range': range }).end(archive.subarray(Number(from), Number(to) + 1));
  });
  return { ...task, archive: { ...task.archive, url: `${url}/content?signature=x` } };
}

describe('a runner in another process', () => {
  test('runs scripts in its sandbox, over an archive that it reads from an address', {
    skip: noSandbox,
  }, async () => {
    const range = await AttackRange.open();
    closers.push(() => range[Symbol.asyncDispose]());
    const runner = askAt(await serve(range.sandbox));
    const source =
      "import sys, zipfile\nprint(sys.argv[1:4], zipfile.ZipFile(sys.argv[4]).read('README.md'))";
    const outcome = await runner.run(await addressed(taskFor('python', source)));
    assert.equal(outcome.message, "['bert', 'ada', 'bob'] b'Read me.'", outcome.diagnostics ?? '');
    assert.deepEqual(await runner.checkSyntax('python', 'x ='), {
      ok: false,
      message: 'line 1: invalid syntax',
    });
    const lost = await runner.run({
      ...taskFor('python', source),
      archive: {
        ...taskFor('python', '').archive,
        url: await httpServer((_q, r) => r.writeHead(200).end('all of it')),
      },
    });
    assert.equal(lost.cause, 'unavailable', 'an address that does not know ranges was believed');
  });

  test('is told everything but how the archive is read here', async () => {
    let told: unknown;
    const url = await serve(
      fakeRunner({
        run: async ({ archive: remote, ...task }) => {
          told = { ...task, sizeBytes: remote.sizeBytes };
          return allowed;
        },
      }),
    );
    const { archive: here, ...task } = await addressed(taskFor('python', 'x'));
    assert.deepEqual(await askAt(url).run({ ...task, archive: here }), allowed);
    assert.deepEqual(told, { ...task, sizeBytes: here.sizeBytes });
  });

  test('is not asked about an archive without an address', async () => {
    const outcome = await askAt(await serve(fakeRunner())).run(taskFor('python', 'x'));
    assert.deepEqual([outcome.allowed, outcome.cause], [false, 'unavailable']);
  });

  test('does nothing for who does not know the secret, and tells them only whether it is ready', async () => {
    let ran = false;
    const url = await serve(
      fakeRunner({
        run: async () => {
          ran = true;
          return allowed;
        },
      }),
    );
    const stranger = askAt(url, { secret: 'x'.repeat(32) });
    const outcome = await stranger.run(await addressed(taskFor('python', 'x')));
    assert.deepEqual([outcome.allowed, ran], [false, false]);
    await assert.rejects(stranger.checkSyntax('python', 'x'), StorageError);
    assert.equal((await stranger.health()).ready, false);
    const health = await fetch(`${url}/health`);
    assert.deepEqual([health.status, await health.json()], [200, { ready: true }]);
    assert.equal((await fetch(`${url}/run`, { method: 'POST', body: '{}' })).status, 401);
  });

  test('tells who knows the secret how it is', async () => {
    const runner = askAt(await serve(fakeRunner()));
    assert.deepEqual(await runner.health(), { ready: true, problems: ['one'], running: 1, waiting: 2 });
  });

  test('says when it is not ready', async () => {
    const health = { ready: false, problems: ['no kernel'], running: 0, waiting: 0 };
    const url = await serve(fakeRunner({ health: async () => health }));
    assert.deepEqual(await askAt(url).health(), health);
    assert.equal((await fetch(`${url}/health`)).status, 503);
  });

  test('that is away, or slow, allows nothing', async () => {
    const task = await addressed(taskFor('python', 'x'));
    for (const runner of [
      askAt('http://127.0.0.1:1'),
      askAt(await httpServer(() => {}), { timeoutMs: 200 }),
    ]) {
      const outcome = await runner.run(task);
      assert.deepEqual([outcome.allowed, outcome.cause], [false, 'unavailable']);
      await assert.rejects(runner.checkSyntax('python', 'x'), { name: 'StorageError', failure: 'transient' });
    }
    assert.equal((await askAt('http://127.0.0.1:1').health()).ready, false);
  });

  const nonsense: readonly unknown[] = [
    null,
    'allowed',
    {},
    { ...allowed, cause: 'fine' },
    { ...allowed, allowed: 'true' },
    { ...allowed, cause: 'denied' },
    { ...allowed, allowed: false },
    { ...allowed, message: 7 },
    { ...allowed, message: 'x'.repeat(70_000) },
  ];
  for (const answer of nonsense) {
    test(`that answers ${JSON.stringify(answer)?.slice(0, 90)} allows nothing`, async () => {
      const url = await httpServer((_request, response) => response.end(JSON.stringify(answer)));
      const outcome = await askAt(url).run(await addressed(taskFor('python', 'x')));
      assert.deepEqual([outcome.allowed, outcome.cause], [false, 'unavailable']);
    });
  }

  test('refuses what is no task', async () => {
    const url = await serve(fakeRunner());
    const { archive: remote, ...task } = await addressed(taskFor('python', 'x'));
    const whole = { ...task, archive: { url: remote.url, sizeBytes: remote.sizeBytes } };
    const post = async (body: unknown) => {
      const headers = { authorization: `Bearer ${secret}` };
      return (await fetch(`${url}/run`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
    };
    assert.equal(await post(whole), 200);
    for (const wrong of [
      null,
      [],
      { ...whole, language: 'ruby' },
      { ...whole, source: 1 },
      { ...whole, groups: 'staff' },
      { ...whole, metadata: null },
      { ...whole, downloader: undefined },
      { ...whole, archive: { url: 'file:///etc/passwd', sizeBytes: 1 } },
      { ...whole, archive: { url: remote.url, sizeBytes: -1 } },
    ]) {
      assert.equal(await post(wrong), 400, JSON.stringify(wrong));
    }
    assert.equal(await post({ ...whole, source: 'x'.repeat(5 * 1024 ** 2) }), 413);
  });

  test('ends a script when who asked has gone', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const url = await serve(
      fakeRunner({
        run: async (_task, signal) => {
          begin();
          await new Promise((done) => signal?.addEventListener('abort', done));
          resolve();
          return allowed;
        },
      }),
    );
    const leaving = new AbortController();
    const running = askAt(url).run(await addressed(taskFor('python', 'x')), leaving.signal);
    await begun;
    leaving.abort();
    assert.equal((await running).allowed, false);
    await ended;
  });
});
