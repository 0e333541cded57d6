import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { HttpWebhookSender } from './http-webhook-sender.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function receiver(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

const careless = new HttpWebhookSender({ timeoutMs: 300, allowPrivate: true });
const careful = new HttpWebhookSender({ timeoutMs: 300, allowPrivate: false });

test('headers and body arrive, and the answer is told', async () => {
  const seen: unknown[] = [];
  const url = await receiver(async (request, response) => {
    seen.push(request.method, request.headers['webhook-id'], (await request.toArray()).join(''));
    response.writeHead(201).end('thanks');
  });
  const { durationMs, ...attempt } = await careless.post(url, { 'webhook-id': 'm1' }, '{"a":"ä"}');
  assert.deepEqual(seen, ['POST', 'm1', '{"a":"ä"}']);
  assert.deepEqual(attempt, { status: 201, error: null, responseBody: 'thanks' });
  assert.ok(durationMs >= 0);
});

test('a redirect is a failure and is not followed', async () => {
  let followed = false;
  const target = await receiver((_request, response) => {
    followed = true;
    response.end();
  });
  const url = await receiver((_request, response) => response.writeHead(302, { location: target }).end());
  const attempt = await careless.post(url, {}, '{}');
  assert.deepEqual([attempt.status, attempt.error], [302, 'The receiver answered 302.']);
  assert.equal(followed, false);
});

test('of an endless answer no more than 1 KiB is read', async () => {
  let hungUp = false;
  const url = await receiver((_request, response) => {
    const more = setInterval(() => response.write('x'.repeat(4_096)), 1);
    response.on('close', () => {
      hungUp = true;
      clearInterval(more);
    });
  });
  const attempt = await careless.post(url, {}, '{}');
  assert.equal(attempt.responseBody, 'x'.repeat(1_024));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(hungUp, true);
});

test('a receiver that does not answer, or never ends answering, is given up after the time-out', async () => {
  const silent = await receiver(() => {});
  const slow = await receiver((_request, response) => response.writeHead(200).write('x'));
  for (const url of [silent, slow]) {
    const attempt = await careless.post(url, {}, '{}');
    assert.equal(attempt.status, null);
    assert.equal(attempt.error, 'No answer within 300 ms.');
  }
});

test('a receiver that is not there is told as an error', async () => {
  const attempt = await careless.post('http://127.0.0.1:1/hook', {}, '{}');
  assert.equal(attempt.status, null);
  assert.match(attempt.error ?? '', /ECONNREFUSED/);
});

for (const spelling of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
  test(`this machine is not reached as ${spelling}`, async () => {
    let reached = false;
    const url = await receiver((_request, response) => {
      reached = true;
      response.end();
    });
    const attempt = await careful.post(url.replace('127.0.0.1', spelling), {}, '{}');
    assert.match(attempt.error ?? '', /not an address of the public internet/);
    assert.equal(reached, false);
    assert.match((await careful.whyRefused(url.replace('127.0.0.1', spelling))) ?? '', /public internet/);
  });
}

for (const url of ['ftp://example.org/', 'file:///etc/passwd', 'http://ada:secret@8.8.8.8/', 'no url']) {
  test(`${url} is refused before anything is sent`, async () => {
    assert.notEqual(await careless.whyRefused(url), null);
    const attempt = await careless.post(url, {}, '{}');
    assert.equal(attempt.status, null);
    assert.notEqual(attempt.error, null);
  });
}

test('a public address and a name that cannot be resolved now are not refused', async () => {
  assert.equal(await careful.whyRefused('https://8.8.8.8/hook'), null);
  assert.equal(await careful.whyRefused('https://receiver.invalid/hook'), null);
});
