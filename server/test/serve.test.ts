// The role `serve` as a process: starting, stopping, and the commands beside it.
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const running = new Set<ChildProcessWithoutNullStreams>();
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-serve-'));
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
after(() => rm(folder, { recursive: true }));

describe('serve', () => {
  test('tells a one-time password on the very first start, and keeps its secrets to itself', async () => {
    const server = await started();
    while (!server.printed().includes('Log in')) await once(server.child.stdout, 'data');
    assert.match(server.printed(), /Log in as admin with the one-time password (\w{5}-){3}\w{5}/);
    for (const name of await readdir(join(folder, 'secrets'))) {
      const { mode } = await stat(join(folder, 'secrets', name));
      assert.equal(mode & 0o777, 0o600, name);
    }
    assert.equal(await server.stop(), 0);
  });

  test('starts again on what is there, and tells no password', async () => {
    const server = await started();
    assert.equal(await server.stop(), 0);
    assert.doesNotMatch(server.printed(), /password/);
  });

  test('finishes a request that was begun, then stops in order', async () => {
    const server = await started();
    const request = await halfALogin(server.port);
    const idle = await connected(server.port);
    const stopped = server.stop();
    await refused(server.port);
    request.socket.write(request.rest);
    assert.match(await answerOf(request.socket), /^HTTP\/1\.1 401 /);
    assert.equal(await stopped, 0);
    idle.destroy();
    const phases = [...server.printed().matchAll(/"phase":"([^"]+)".*"phase done"/g)].map(([, name]) => name);
    assert.deepEqual(phases, ['finish requests', 'finish jobs', 'flush audit', 'close engines']);
  });

  test('gives up a request that does not end, and says so', async () => {
    const server = await started({ ASSAY_SHUTDOWN_TIMEOUT_MS: '300' });
    const request = await halfALogin(server.port);
    request.socket.on('error', () => {});
    assert.equal(await server.stop(), 1);
    assert.match(server.printed(), /"phase":"finish requests".*takes too long/);
  });

  test('says in one line that the port is taken', async () => {
    const server = await started();
    const second = launched(['serve'], { ASSAY_PORT: String(server.port) });
    assert.equal(await second.exitCode, 1);
    assert.match(second.complained(), /^listen EADDRINUSE: address already in use 127\.0\.0\.1:\d+\s*$/);
    await server.stop();
  });

  test('does not start with a configuration that has problems', async () => {
    const server = launched(['serve'], { ASSAY_LOG_LEVEL: 'loud', ASSAY_HOTS: 'x' });
    assert.equal(await server.exitCode, 2);
    assert.match(server.complained(), /ASSAY_LOG_LEVEL[\s\S]*ASSAY_HOTS/);
  });
});

test('an operator lists users and resets a password while the server runs', async () => {
  const server = await started();
  const list = launched(['user', 'list']);
  assert.equal(await list.exitCode, 0);
  assert.match(list.printed(), /^admin /);
  const reset = launched(['user', 'reset-password', 'admin']);
  assert.equal(await reset.exitCode, 0);
  const password = /(\w{5}-){3}\w{5}/.exec(reset.printed())?.[0];
  const answer = await fetch(`http://127.0.0.1:${server.port}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'admin', password }),
  });
  assert.equal(answer.status, 200, await answer.text());
  await server.stop();
});

function launched(args: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { PATH: process.env.PATH, ASSAY_DATA: folder, ASSAY_PORT: '0', ...environment },
  });
  running.add(child);
  let [printed, complained] = ['', ''];
  child.stdout.on('data', (text) => {
    printed += text;
  });
  child.stderr.on('data', (text) => {
    complained += text;
  });
  const exitCode = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return { child, exitCode, printed: () => printed, complained: () => complained };
}

/** A server that answers. */
async function started(environment: Record<string, string> = {}) {
  const launch = launched(['serve'], environment);
  const failed = launch.exitCode.then((code) => {
    throw new Error(`exited with ${code}: ${launch.complained()}`);
  });
  failed.catch(() => {});
  let port: string | undefined;
  while (port === undefined) {
    await Promise.race([once(launch.child.stdout, 'data'), failed]);
    port = /Assay is ready at http:\/\/127\.0\.0\.1:(\d+)/.exec(launch.printed())?.[1];
  }
  const stop = () => {
    launch.child.kill('SIGTERM');
    return launch.exitCode;
  };
  return { ...launch, port: Number(port), stop };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Resolves as soon as nobody listens there any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    try {
      (await connected(port)).destroy();
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, 'ECONNREFUSED');
      return;
    }
    await sleep(20);
  }
}

/** A login whose body has arrived in part. */
async function halfALogin(port: number): Promise<{ socket: Socket; rest: string }> {
  const body = JSON.stringify({ name: 'nobody', password: 'a password that is wrong' });
  const socket = await connected(port);
  const head = [
    'POST /api/auth/login HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${body.length}`,
    'expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  // Only then has the server taken the request.
  const [told] = await once(socket, 'data');
  assert.match(String(told), /^HTTP\/1\.1 100 /);
  socket.write(body.slice(0, 10));
  return { socket, rest: body.slice(10) };
}

async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}
