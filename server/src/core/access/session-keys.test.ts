import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness } from '../../../test/support/samples.ts';
import { TestClock } from '../../../test/support/test-registry.ts';
import { JoseSessionSigner } from '../../adapters/jose/session-signer.ts';
import { MemorySecretStore } from '../../adapters/memory/secret-store.ts';
import { ensureSessionKey, rotateSessionKey } from './session-keys.ts';
import { SigningKeys } from './signing-keys.ts';

const statement = { sessionId: 's1', userId: 'u1' };
const inTenHours = (clock: TestClock) => new Date(clock.now().getTime() + 36_000_000);

async function keysAndSigner(overlapS: number) {
  const clock = new TestClock();
  const secrets = new MemorySecretStore(60_000);
  const signingKeys = new SigningKeys({ clock, secrets });
  const access = { sessionKeyOverlapS: overlapS };
  const ports = { clock, randomness, signingKeys, access };
  await ensureSessionKey(ports);
  const signer = new JoseSessionSigner(ports);
  const sign = () => signer.sign(statement, clock.now(), inTenHours(clock));
  const keyOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
  return { clock, secrets, signingKeys, ports, signer, sign, keyOf };
}

test('the first key signs at once, and is made once', async () => {
  const { ports, signer, sign, signingKeys } = await keysAndSigner(60);
  await ensureSessionKey(ports);
  assert.equal((await signingKeys.list()).length, 1);
  assert.deepEqual(await signer.verify(await sign()), statement);
});

test('after a rotation the new key signs as soon as every process has read it', async () => {
  const { clock, ports, sign, keyOf } = await keysAndSigner(60);
  const before = keyOf(await sign());
  const rotated = await rotateSessionKey(ports);
  clock.advance(1.9);
  assert.equal(keyOf(await sign()), before);
  clock.advance(0.1);
  assert.equal(keyOf(await sign()), rotated);
});

test('tokens of a replaced key are good for the overlap, and not longer, remembered or not', async () => {
  const { clock, ports, sign, signer } = await keysAndSigner(60);
  const [remembered, unseen] = [await sign(), await sign()];
  await signer.verify(remembered);
  await rotateSessionKey(ports);
  clock.advance(62);
  assert.deepEqual(await signer.verify(remembered), statement);
  clock.advance(0.001);
  assert.equal(await signer.verify(remembered), null);
  assert.equal(await signer.verify(unseen), null);
});

test('keys that nobody needs any more are forgotten at a rotation', async () => {
  const { clock, ports, signingKeys } = await keysAndSigner(60);
  await rotateSessionKey(ports);
  clock.advance(10);
  await rotateSessionKey(ports);
  assert.equal((await signingKeys.list()).length, 3);
  clock.advance(1_000);
  await rotateSessionKey(ports);
  assert.equal((await signingKeys.list()).length, 2);
});

test('a token of a new key is believed by a process that has not heard of the key, and has read the keys just before', async () => {
  const { clock, secrets, ports, sign } = await keysAndSigner(60);
  const elsewhere = { ...ports, signingKeys: new SigningKeys({ clock, secrets }) };
  const signer = new JoseSessionSigner(elsewhere);
  assert.deepEqual(await signer.verify(await sign()), statement);
  const rotated = await rotateSessionKey(ports);
  clock.advance(2);
  assert.deepEqual(await signer.verify(await sign()), statement);
  assert.equal((await elsewhere.signingKeys.list()).at(-1)?.id, rotated);
});

test('of keys rotated at the same time none is lost', async () => {
  const { clock, secrets, ports, signingKeys } = await keysAndSigner(60);
  const processes = Array.from({ length: 4 }, () => ({
    ...ports,
    signingKeys: new SigningKeys({ clock, secrets }),
  }));
  const made = await Promise.all(processes.map((process) => rotateSessionKey(process)));
  clock.advance(60);
  const ids = (await signingKeys.list()).map(({ id }) => id);
  for (const id of made) assert.ok(ids.includes(id));
});
