import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { testApp } from '../../test/support/test-app.ts';
import { testRegistry } from '../../test/support/test-registry.ts';

test('a client whose small body never ends is cut, however steadily it drips', {
  timeout: 10_000,
}, async (t) => {
  const app = await testApp(await testRegistry(), { transferIdleTimeoutMs: 100 });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  client.resume().on('error', () => {});
  client.write(
    'POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n',
  );
  const drip = setInterval(() => client.write(' '), 20);
  t.after(() => clearInterval(drip));
  // Cut while it was writing: with an error or without.
  await new Promise((resolve) => client.once('close', resolve));
});

test('a body that is too large is told so, also to a client that sends all of it before it listens', async (t) => {
  const app = await testApp(await testRegistry());
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  for (const framing of ['content-length: 8000000', 'transfer-encoding: chunked']) {
    const client = connect(port, '127.0.0.1');
    let answer = '';
    client
      .setEncoding('utf8')
      .on('data', (piece) => {
        answer += piece;
      })
      .pause();
    client.write(
      `POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`,
    );
    const body = Buffer.alloc(8_000_000, ' ');
    const sent = framing.startsWith('content')
      ? body
      : Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
    await new Promise((resolve, reject) => {
      client.once('error', reject);
      client.write(sent, resolve);
    });
    client.resume();
    await once(client, 'close');
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /"code":"request-too-large"/);
  }
});

test('a client that does not go on with its body is cut', { timeout: 5_000 }, async (t) => {
  const world = await testRegistry();
  const { token } = await world.signIn('ada', ['upload']);
  const app = await testApp(world, { transferIdleTimeoutMs: 100 });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  for (const head of [
    'POST /api/auth/login HTTP/1.1\r\ncontent-type: application/json',
    `POST /api/packages/upload HTTP/1.1\r\nauthorization: Bearer ${token}\r\ncontent-type: multipart/form-data; boundary=b`,
  ]) {
    const client = connect(port, '127.0.0.1');
    client.resume().on('error', () => {});
    client.write(`${head}\r\nhost: x\r\ncontent-length: 100\r\n\r\n{`);
    await once(client, 'close');
  }
  assert.equal((await app.inject('/health')).statusCode, 200);
});
