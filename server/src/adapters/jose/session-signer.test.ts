import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { randomness } from '../../../test/support/samples.ts';
import { TestClock } from '../../../test/support/test-registry.ts';
import { SigningKeys } from '../../core/access/index.ts';
import { MemorySecretStore } from '../memory/secret-store.ts';
import { JoseSessionSigner } from './session-signer.ts';

const statement = { sessionId: 's1', userId: 'u1' };

async function signer() {
  const clock = new TestClock();
  const signingKeys = new SigningKeys({ clock, secrets: new MemorySecretStore() });
  const key = { id: 'k1', secret: randomness.bytes(32), createdAt: clock.now() };
  await signingKeys.ensureFirst(key);
  const expiresAt = new Date(clock.now().getTime() + 60_000);
  const jose = new JoseSessionSigner({ clock, signingKeys, access: { sessionKeyOverlapS: 60 } });
  return { clock, key, jose, sign: () => jose.sign(statement, clock.now(), expiresAt) };
}

test('a token states only user, session, and when it was issued and expires', async () => {
  const { sign } = await signer();
  const [header, payload] = (await sign()).split('.').slice(0, 2);
  const read = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());
  assert.deepEqual(read(header), { alg: 'HS256', kid: 'k1' });
  assert.deepEqual(Object.keys(read(payload)).sort(), ['exp', 'iat', 'jti', 'sub']);
});

test('a token verifies until it expires, the first time and later', async () => {
  const { clock, jose, sign } = await signer();
  const token = await sign();
  clock.advance(59);
  assert.deepEqual(await jose.verify(token), statement);
  assert.deepEqual(await jose.verify(token), statement);
  clock.advance(1);
  assert.equal(await jose.verify(token), null);
  assert.equal(await jose.verify(await sign()), null);
});

test('what was changed, signed otherwise or not at all is not ours', async () => {
  const { clock, key, jose, sign } = await signer();
  const token = await sign();
  await jose.verify(token);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = (alg: string, kid: string, secret: Uint8Array) =>
    new SignJWT({ sub: 'u2', jti: 's2' })
      .setProtectedHeader({ alg, kid })
      .setIssuedAt(clock.now())
      .setExpirationTime(new Date(clock.now().getTime() + 60_000))
      .sign(secret);
  const refused = {
    'another payload': [header, encoded({ sub: 'u2', jti: 's2', iat: 1, exp: 9e9 }), signature].join('.'),
    'no signature': [header, payload, ''].join('.'),
    'no algorithm': [encoded({ alg: 'none', kid: 'k1' }), payload, ''].join('.'),
    'another key': await forged('HS256', 'k1', randomness.bytes(32)),
    'an unknown key': await forged('HS256', 'k2', key.secret),
    'another algorithm': await forged('HS512', 'k1', Buffer.concat([key.secret, key.secret])),
    'no expiry': await new SignJWT({ sub: 'u1', jti: 's1' })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setIssuedAt(clock.now())
      .sign(key.secret),
    'no session': await new SignJWT({ sub: 'u1' })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setIssuedAt(clock.now())
      .setExpirationTime('1h')
      .sign(key.secret),
    'no token at all': 'abc',
    nothing: '',
    'a very long one': 'a.'.repeat(10_000),
  };
  for (const [what, text] of Object.entries(refused)) assert.equal(await jose.verify(text), null, what);
});
