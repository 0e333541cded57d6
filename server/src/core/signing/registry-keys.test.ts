import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness } from '../../../test/support/samples.ts';
import { TestClock } from '../../../test/support/test-registry.ts';
import { withMethods } from '../../../test/support/test-worker.ts';
import { MemorySecretStore } from '../../adapters/memory/secret-store.ts';
import { isTransient, StorageError } from '../errors.ts';
import { verifySignature } from './ed25519.ts';
import { RegistryKeys, registryKeysSecret } from './registry-keys.ts';

const payload = Buffer.from('what is stated');

async function opened() {
  const clock = new TestClock();
  const stored = new MemorySecretStore(60_000);
  const state = { away: false };
  const secrets = withMethods(stored, {
    read: async (name) => {
      if (state.away) throw new StorageError('transient', 'away');
      return stored.read(name);
    },
  });
  const ports = { clock, randomness, secrets };
  const open = () => RegistryKeys.open(ports);
  const text = async () => (await stored.read(registryKeysSecret))?.text ?? '';
  return { clock, stored, state, open, text, keys: await open() };
}

test('what is signed verifies with the published key of that id', async () => {
  const { keys } = await opened();
  const { keyId, signature } = await keys.sign(payload);
  const published = (await keys.publicKeys()).find((key) => key.keyId === keyId);
  assert.ok(published);
  assert.ok(verifySignature(published.publicKey, payload, signature));
  assert.ok(!verifySignature(published.publicKey, Buffer.from('something else'), signature));
});

test('the first key is made once, by whichever process comes first', async () => {
  const { open, keys } = await opened();
  const others = await Promise.all([open(), open()]);
  const ids = await Promise.all([keys, ...others].map(async (one) => (await one.sign(payload)).keyId));
  assert.equal(new Set(ids).size, 1);
});

test('a new key is published at once and signs two seconds later; the old one retires an hour after', async () => {
  const { clock, keys } = await opened();
  const before = (await keys.sign(payload)).keyId;
  clock.advance(100);
  const madeAt = clock.now();
  const made = await keys.rotate();
  assert.deepEqual(
    (await keys.publicKeys()).map(({ keyId, retiredAt }) => [keyId, retiredAt]),
    [
      [before, new Date(madeAt.getTime() + 3_602_000)],
      [made, null],
    ],
  );
  clock.advance(1.9);
  assert.equal((await keys.sign(payload)).keyId, before);
  clock.advance(0.1);
  assert.equal((await keys.sign(payload)).keyId, made);
});

test('a process that does not hear of a rotation stops signing before the key it knows retires', async () => {
  const { clock, state, open, keys } = await opened();
  const elsewhere = await open();
  const old = (await elsewhere.sign(payload)).keyId;
  await keys.rotate();
  state.away = true;
  clock.advance(1_700);
  assert.equal((await elsewhere.sign(payload)).keyId, old);
  clock.advance(200);
  await assert.rejects(elsewhere.sign(payload), (error) => isTransient(error));
  state.away = false;
  clock.advance(1);
  assert.notEqual((await elsewhere.sign(payload)).keyId, old);
});

test('a process that signs rarely reads the keys again, however seldom they are refreshed', async () => {
  const { clock, keys } = await opened();
  clock.advance(86_400);
  await keys.sign(payload);
});

test('private keys are forgotten at the rotation after they have retired, public ones never', async () => {
  const { clock, keys, text } = await opened();
  const privateKeys = async () =>
    JSON.parse(await text()).keys.filter((key: { privateKey?: string }) => key.privateKey !== undefined);
  const { keyId, signature } = await keys.sign(payload);
  await keys.rotate();
  clock.advance(3_000);
  await keys.rotate();
  assert.equal((await privateKeys()).length, 3);
  clock.advance(3_602);
  await keys.rotate();
  assert.equal((await privateKeys()).length, 2);
  const first = (await keys.publicKeys())[0];
  assert.equal(first?.keyId, keyId);
  assert.ok(verifySignature(first.publicKey, payload, signature));
});

test('of keys made at the same time none is lost', async () => {
  const { clock, open, keys } = await opened();
  const made = await Promise.all(
    (await Promise.all([open(), open(), open()])).map((process) => process.rotate()),
  );
  clock.advance(60);
  const ids = (await keys.publicKeys()).map(({ keyId }) => keyId);
  assert.deepEqual(
    made.filter((id) => !ids.includes(id)),
    [],
  );
});

for (const [what, spoilt] of [
  ['is no JSON', () => 'keys'],
  ['has no keys', () => '{"keys":[]}'],
  ['has a public key that is not that of the private one', swapped('publicKey')],
  ['has an id that is not that of the key', swapped('keyId')],
  [
    'has a private key that is cut off',
    (text: string) => text.replace(/"privateKey": "...../, '"privateKey": "'),
  ],
] as const) {
  test(`nothing is signed with a secret that ${what}, and the complaint does not quote it`, async () => {
    const { keys, stored, open, text } = await opened();
    await keys.rotate();
    const kept = await text();
    const version = (await stored.read(registryKeysSecret))?.version ?? '';
    await stored.replace(registryKeysSecret, spoilt(kept), version);
    await assert.rejects(open(), ({ message }: Error) => {
      assert.match(message, /^The secret registry-keys\.json holds (no keys|something that is no key)\.$/);
      return true;
    });
  });
}

/** The first key with this field of the second one. */
function swapped(field: string) {
  return (text: string) => {
    const { keys } = JSON.parse(text);
    keys[0][field] = keys[1][field];
    return JSON.stringify({ keys });
  };
}
