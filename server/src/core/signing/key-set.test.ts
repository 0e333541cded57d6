import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyIdOf, verifySignature } from './ed25519.ts';
import { KeySetError, keySetOf, publicKeysIn } from './key-set.ts';

// The key and its thumbprint in RFC 8037, appendices A.2 and A.3.
const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
const kid = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k';
const publicKey = new Uint8Array(Buffer.from(x, 'base64url'));
const createdAt = new Date('2026-01-31T12:00:00Z');
const retiredAt = new Date('2026-02-01T12:00:00.400Z');

test('the id of a key is its thumbprint as RFC 8037 computes it', () => {
  assert.equal(keyIdOf(publicKey), kid);
});

test('a signature of RFC 8032 verifies, one with a bit changed does not, and nothing odd throws', () => {
  // Section 7.1, test 2.
  const key = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex');
  const message = Buffer.from('72', 'hex');
  const signature = Buffer.from(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    'hex',
  );
  assert.ok(verifySignature(key, message, signature));
  for (let byte = 0; byte < signature.length; byte++) {
    const changed = Buffer.from(signature);
    changed[byte] = (changed[byte] ?? 0) ^ 1;
    assert.ok(!verifySignature(key, message, changed), `byte ${byte}`);
  }
  assert.ok(!verifySignature(key, message, signature.subarray(1)));
  assert.ok(!verifySignature(key.subarray(1), message, signature));
  assert.ok(!verifySignature(Buffer.alloc(32, 255), message, signature));
});

test('keys come out of a key set as they were, retirement rounded up to a second', () => {
  const keys = [{ keyId: kid, publicKey, createdAt, retiredAt }];
  const text = JSON.stringify(keySetOf(keys));
  assert.deepEqual(publicKeysIn(text), [{ ...keys[0], retiredAt: new Date('2026-02-01T12:00:01Z') }]);
});

test('keys of other kinds are left out, and a broken key or set is an error', () => {
  const key = keySetOf([{ keyId: kid, publicKey, createdAt, retiredAt: null }]).keys[0];
  assert.deepEqual(publicKeysIn(JSON.stringify({ keys: [{ kty: 'RSA', n: '1', e: 'AQAB' }] })), []);
  for (const broken of [
    'no JSON',
    '{}',
    '[]',
    'null',
    JSON.stringify({ keys: [{ ...key, kid: 'another' }] }),
    JSON.stringify({ keys: [{ ...key, x: x.slice(2) }] }),
    JSON.stringify({ keys: [{ ...key, iat: undefined }] }),
    JSON.stringify({ keys: [{ ...key, retired: 'yes' }] }),
  ]) {
    assert.throws(() => publicKeysIn(broken), KeySetError, broken);
  }
});
