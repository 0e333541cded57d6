// What validators may ask of hosts outside: those that are named, and nothing else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { OutsideRequests, type Reach } from '../../src/adapters/sandbox/outside-requests.ts';
import { AttackRange, noSandbox, taskFor } from './range.ts';

type Log = Parameters<Reach['log']>[0];
type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const certificate = makeCertificate();
const skip = certificate === null ? 'openssl is not there (Debian package openssl)' : false;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe('a validator that may ask localhost', { skip: noSandbox || skip }, () => {
  const logged: Log[] = [];
  let range: AttackRange | undefined;
  after(async () => range?.[Symbol.asyncDispose]());

  test('gets the answers of GET and POST, in both languages, and each request is on record', async () => {
    const reach = await reachTo(async (request, response) => {
      const body = (await request.toArray()).join('');
      response.writeHead(201).end(JSON.stringify([request.method, request.url, body]));
    }, logged);
    range = await AttackRange.open(undefined, { reach });
    const python = `
import assay
print(assay.request('https://localhost/a?b').json(), assay.request('https://localhost/c', 'POST', 'ä').status)
try:
    assay.request('https://example.org/')
except OSError as error:
    print(error)`;
    const javascript = `
const { request } = require('assay');
console.log(request('https://localhost/a?b').json(), request('https://localhost/c', { method: 'POST', body: 'ä' }).text);
try { request('https://example.org/'); } catch (error) { console.log(error.message); }`;
    const refused = 'example.org is not one of the hosts that validators may ask.';
    const inPython = await range.sandbox.run(taskFor('python', python));
    assert.equal(inPython.message, `['GET', '/a?b', ''] 201\n${refused}`, inPython.diagnostics ?? '');
    const inJavaScript = await range.sandbox.run(taskFor('javascript', javascript));
    assert.equal(inJavaScript.message, `["GET","/a?b",""] ["POST","/c","ä"]\n${refused}`);
    assert.deepEqual(
      logged.map(({ method, url, status }) => [method, url, status]),
      [1, 2].flatMap(() => [
        ['GET', 'https://localhost/a?b', 201],
        ['POST', 'https://localhost/c', 201],
        ['GET', 'https://example.org/', null],
      ]),
    );
  });
});

describe('requests to hosts outside', { skip }, () => {
  const refusals: Readonly<Record<string, unknown>> = {
    'another host': { method: 'GET', url: 'https://example.org/' },
    'a host that begins like one': { method: 'GET', url: 'https://localhost.example.org/' },
    'the host by its address': { method: 'GET', url: 'https://127.0.0.1/' },
    'the host by its address as a number': { method: 'GET', url: 'https://2130706433/' },
    'another port': { method: 'GET', url: 'https://localhost:444/' },
    'a host behind a user name': { method: 'GET', url: 'https://localhost@example.org/' },
    'a password': { method: 'GET', url: 'https://a:b@localhost/' },
    'no TLS': { method: 'GET', url: 'http://localhost/' },
    'a file': { method: 'GET', url: 'file:///etc/passwd' },
    'no URL': { method: 'GET', url: 'localhost' },
    'another method': { method: 'DELETE', url: 'https://localhost/' },
    'a large body': { method: 'POST', url: 'https://localhost/', body: 'x'.repeat(1_001) },
    'a body that is no text': { method: 'POST', url: 'https://localhost/', body: {} },
    'no text at all': null,
  };
  for (const [what, asked] of Object.entries(refusals)) {
    test(`with ${what} are refused before anything is sent`, async () => {
      let reached = false;
      const requests = new OutsideRequests(
        await reachTo((_request, response) => {
          reached = true;
          response.end();
        }),
      );
      assert.ok('error' in (await ask(requests, asked)));
      assert.equal(reached, false);
    });
  }

  test('are refused when the name leads to an address that may not be reached', async () => {
    let reached = false;
    const reach = await reachTo((_request, response) => {
      reached = true;
      response.end();
    });
    const requests = new OutsideRequests({ ...reach, isAllowedAddress: () => false });
    assert.deepEqual(await ask(requests), { error: 'localhost did not answer.' });
    assert.equal(reached, false);
  });

  test('are limited in number', async () => {
    const requests = new OutsideRequests(await reachTo((_request, response) => response.end('ok')));
    for (let i = 0; i < 3; i++) assert.deepEqual(await ask(requests), { status: 200, body: 'ok' });
    assert.deepEqual(await ask(requests), { error: 'A validator may make 3 requests.' });
  });

  test('follow no redirect', async () => {
    const requests = new OutsideRequests(
      await reachTo((_request, response) => response.writeHead(302, { location: 'http://127.0.0.1/' }).end()),
    );
    assert.deepEqual(await ask(requests), { status: 302, body: '' });
  });

  test('end at an answer that is too large', async () => {
    const requests = new OutsideRequests(
      await reachTo((_request, response) => response.end('x'.repeat(1_001))),
    );
    assert.deepEqual(await ask(requests), { error: 'The answer has more than 1000 bytes.' });
  });

  test('end when nobody answers, and do not tell why', async () => {
    const requests = new OutsideRequests(await reachTo(() => {}));
    assert.deepEqual(await ask(requests), { error: 'localhost did not answer.' });
  });

  test('end when nobody waits for them any more', async () => {
    const requests = new OutsideRequests({ ...(await reachTo(() => {})), timeoutMs: 1_000_000 });
    assert.deepEqual(await ask(requests, undefined, AbortSignal.timeout(100)), {
      error: 'localhost did not answer.',
    });
  });
});

function ask(
  requests: OutsideRequests,
  asked: unknown = { method: 'GET', url: 'https://localhost/' },
  signal = new AbortController().signal,
) {
  return requests.ask(Buffer.from(JSON.stringify(asked)), signal);
}

async function reachTo(listener: Listener, logged: Log[] = []): Promise<Reach> {
  const server = createServer(certificate ?? {}, listener).listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    hosts: ['localhost'],
    timeoutMs: 2_000,
    bodyBytes: 1_000,
    requests: 3,
    isAllowedAddress: () => true,
    ca: certificate?.cert ?? '',
    port: (server.address() as AddressInfo).port,
    log: (request) => logged.push(request),
  };
}

/** For localhost, signed by itself; null without openssl. */
function makeCertificate(): { key: string; cert: string } | null {
  const folder = mkdtempSync(join(tmpdir(), 'assay-certificate-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const options = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'.split(
    ' ',
  );
  try {
    execFileSync(
      'openssl',
      ['req', '-x509', ...options, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
