import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { testApp } from '../../test/support/test-app.ts';
import { testRegistry } from '../../test/support/test-registry.ts';

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
