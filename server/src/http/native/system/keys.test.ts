import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../../test/support/test-app.ts';
import { testRegistry } from '../../../../test/support/test-registry.ts';
import { publicKeysIn } from '../../../core/signing/index.ts';

test('anybody can fetch every key that was ever signed with, and keep them for a while; no private one', async () => {
  const fixture = await testRegistry();
  const app = await testApp(fixture);
  const first = (await fixture.registryKeys.sign(Buffer.from(''))).keyId;
  const second = await fixture.registryKeys.rotate();
  const answer = await app.inject('/.well-known/assay-keys.json');
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers['cache-control'], 'public, max-age=300');
  assert.deepEqual(
    publicKeysIn(answer.body).map(({ keyId, retiredAt }) => [keyId, retiredAt !== null]),
    [
      [first, true],
      [second, false],
    ],
  );
  for (const key of answer.json().keys) assert.ok(!('d' in key));
  await app.close();
});

test('requests for the keys count against the limit of their address like all others', async () => {
  const app = await testApp(await testRegistry(), { anonymousRequestsPerMinute: 1 });
  const statuses = [];
  for (let i = 0; i < 2; i++) statuses.push((await app.inject('/.well-known/assay-keys.json')).statusCode);
  assert.deepEqual(statuses, [200, 429]);
  await app.close();
});
