import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { randomness } from '../../../test/support/samples.ts';
import { TestClock } from '../../../test/support/test-registry.ts';
import { MemorySecretStore } from '../../adapters/memory/secret-store.ts';
import { RegistryKeys } from '../signing/index.ts';
import { CheckpointError, parseCheckpoint, signCheckpoint, signerOf } from './checkpoint.ts';
import { emptyRoot } from './tree-hash.ts';

const registryKeys = () =>
  RegistryKeys.open({ clock: new TestClock(), randomness, secrets: new MemorySecretStore() });

// From the specification of signed notes (C2SP), with its key.
const known = {
  key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
};

test('a checkpoint is a note whose signature covers its three lines', async () => {
  const signer = await registryKeys();
  const note = await signCheckpoint(signer, { origin: 'assay/audit', size: 42, root: emptyRoot });
  const [text = '', signatures = ''] = note.split('\n\n');
  assert.deepEqual(text.split('\n'), ['assay/audit', '42', emptyRoot.toString('base64')]);
  const [dash, name, encoded = ''] = signatures.trimEnd().split(' ');
  assert.deepEqual([dash, name], ['—', 'assay/audit']);
  const [key = assert.fail()] = await signer.publicKeys();
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key.publicKey).toString('base64url') },
    format: 'jwk',
  });
  assert.ok(verify(null, Buffer.from(`${text}\n`), publicKey, Buffer.from(encoded, 'base64').subarray(4)));
});

test('a key has the number that the specification gives it', async () => {
  const [name = '', hash = '', encoded = ''] = known.key.split('+');
  const publicKey = new Uint8Array(Buffer.from(encoded, 'base64').subarray(1));
  const signer = {
    sign: async () => ({ keyId: 'k', signature: new Uint8Array(64) }),
    publicKeys: async () => [{ keyId: 'k', publicKey, createdAt: new Date(), retiredAt: null }],
  };
  const note = await signCheckpoint(signer, { origin: name, size: 0, root: emptyRoot });
  const [signature = assert.fail()] = parseCheckpoint(note).signatures;
  assert.equal(Buffer.from(signature.keyHash).toString('hex'), hash);
});

test('a checkpoint is taken from whoever has signed it, and from nobody else', async () => {
  const [signer, other] = [await registryKeys(), await registryKeys()];
  const checkpoint = parseCheckpoint(await signCheckpoint(signer, { origin: 'o', size: 1, root: emptyRoot }));
  const [mine, theirs] = [await signer.publicKeys(), await other.publicKeys()];
  assert.equal(signerOf(checkpoint, [...theirs, ...mine]), mine[0]);
  assert.equal(signerOf(checkpoint, theirs), null);
  assert.equal(signerOf({ ...checkpoint, text: checkpoint.text.replace('1', '2') }, mine), null);
  assert.equal(signerOf({ ...checkpoint, origin: 'other' }, mine), null);
});

test('what is not a checkpoint is refused', async () => {
  const note = await signCheckpoint(await registryKeys(), { origin: 'o', size: 10, root: emptyRoot });
  assert.equal(parseCheckpoint(note).size, 10);
  const odd = [
    '',
    'o\n1\n',
    note.trimEnd(),
    note.replace('10', '010'),
    note.replace('10', '1e1'),
    note.replace('10', '-10'),
    note.replace('10', '99999999999999999999'),
    note.replace('\n\n', '\nmore\n\n'),
    note.replace('—', '-'),
    note.replace(/=\n\n/, '\n\n'),
    `${note}\n`,
    note.slice(0, note.indexOf('\n\n') + 2),
  ];
  for (const text of odd) assert.throws(() => parseCheckpoint(text), CheckpointError, JSON.stringify(text));
});
