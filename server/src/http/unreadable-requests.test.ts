import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { testApp } from '../../test/support/test-app.ts';
import { testRegistry } from '../../test/support/test-registry.ts';

let app: Awaited<ReturnType<typeof testApp>>;
before(async () => {
  app = await testApp(await testRegistry());
  await app.listen({ host: '127.0.0.1', port: 0 });
});
after(() => app.close());

/** What the server answers, until it closes the connection. */
async function answerTo(request: string): Promise<{ head: string; body: string }> {
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return { head, body };
}

const unreadable: Readonly<Record<string, [string, RegExp]>> = {
  'is no HTTP': ['HELO there\r\n\r\n', /not a request of HTTP/],
  'has a broken header': ['GET / HTTP/1.1\r\nhost: x\r\nno colon\r\n\r\n', /not a request of HTTP/],
  'has a method that nobody knows': ['FOO / HTTP/1.1\r\nhost: x\r\n\r\n', /not a request of HTTP/],
  'has headers without end': [
    `GET / HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(4_000)}`,
    /larger than 16 KiB/,
  ],
};
for (const [what, [request, detail]] of Object.entries(unreadable)) {
  test(`what ${what} is answered with a problem document, and the connection ends`, async () => {
    const { head, body } = await answerTo(request);
    assert.match(head, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(head, /^content-type: application\/problem\+json\r?$/m);
    assert.match(head, /^x-content-type-options: nosniff\r?$/m);
    const problem = JSON.parse(body);
    assert.equal(problem.code, 'invalid-request');
    assert.match(problem.detail, detail);
    assert.ok(problem.requestId.length > 0);
  });
}

test('an expectation that nobody knows is passed by', async () => {
  const { head } = await answerTo(
    'GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: wonders\r\n\r\n',
  );
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
});

test('a request without a host is told so', async () => {
  const { head, body } = await answerTo('GET /health HTTP/1.1\r\nconnection: close\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(JSON.parse(body).detail, /`Host`/);
  const old = await answerTo('GET /health HTTP/1.0\r\n\r\n');
  assert.match(old.head, /^HTTP\/1\.1 200 OK\r\n/);
});

test('a path that leads out of the pages is answered like one that does not exist', async () => {
  const path = '/api/docs/static/../../../package.json';
  const { head, body } = await answerTo(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  assert.match(head, /^HTTP\/1\.1 404 Not Found\r\n/);
  assert.equal(JSON.parse(body).code, 'not-found');
});
