import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testRegistry } from '../../../test/support/test-registry.ts';
import type { Permission } from '../caller.ts';
import { createToken } from './create-token.ts';
import { listTokens } from './list-tokens.ts';
import { readAccount } from './read-account.ts';
import { revokeToken } from './revoke-token.ts';

const days = 86_400_000;

async function withAda(...permissions: Permission[]) {
  const world = await testRegistry({ personalTokenDefaultDays: 90, personalTokenMaximumDays: 365 });
  const ada = await world.signIn('ada', permissions.length > 0 ? permissions : ['search', 'download']);
  const create = async (given: Partial<Parameters<typeof createToken>[2]> = {}) =>
    createToken(world.registry, await ada.caller(), { name: 'build', permissions: ['search'], ...given });
  return { ...world, ada, create };
}

test('a created token authenticates, and its text is not what is kept', async () => {
  const { ada, clock, create, registry } = await withAda();
  const { token, text } = await create({ name: ' build ', packagePatterns: ['vad-*'] });
  assert.equal(token.name, 'build');
  assert.equal(token.expiresAt.getTime(), clock.now().getTime() + 90 * days);
  const caller = await registry.authenticate(`Bearer ${text}`, { address: '', requestId: '' });
  assert.equal(caller.user?.id, ada.user.id);
  assert.equal(JSON.stringify(await registry.tokens.findPersonal(token.id)).includes(text), false);
});

test('a token lasts as long as asked for, up to the maximum', async () => {
  const { clock, create } = await withAda();
  const { token } = await create({ expiresInDays: 365 });
  assert.equal(token.expiresAt.getTime(), clock.now().getTime() + 365 * days);
  for (const expiresInDays of [366, 0, -1, Number.NaN]) {
    await assert.rejects(create({ expiresInDays }), { code: 'invalid-request' });
  }
});

test('nobody hands on what they do not have; administrators have everything', async () => {
  const { create } = await withAda('search');
  await assert.rejects(create({ permissions: ['search', 'upload', 'admin'] }), {
    code: 'permission-denied',
    message: /upload, admin/,
  });
  const admin = await withAda('admin');
  assert.deepEqual((await admin.create({ permissions: ['download', 'upload'] })).token.permissions, [
    'upload',
    'download',
  ]);
});

test('a token without permission, name or with too many or strange patterns is refused', async () => {
  const { create } = await withAda('admin');
  const refused: Parameters<typeof create>[0][] = [
    { permissions: [] },
    { name: ' ' },
    { name: 'x'.repeat(101) },
    { packagePatterns: Array.from({ length: 21 }, (_, i) => `p${i}`) },
    { packagePatterns: [''] },
    { packagePatterns: ['x'.repeat(201)] },
    { packagePatterns: ['a b'] },
    { packagePatterns: ['(a+)+$'] },
    { packagePatterns: ['a'], permissions: ['admin'] },
  ];
  for (const given of refused) {
    await assert.rejects(create(given), { code: 'invalid-request' }, JSON.stringify(given));
  }
});

test('a personal token makes no other tokens', async () => {
  const { addToken, ada, registry } = await withAda();
  const { caller } = await addToken(ada.user);
  await assert.rejects(createToken(registry, await caller(), { name: 'more', permissions: ['search'] }), {
    code: 'permission-denied',
  });
});

test('users list and revoke their own tokens, administrators everybody’s, and others see none', async () => {
  const { ada, create, registry, signIn } = await withAda();
  const { token, text } = await create();
  const [bob, admin] = [await signIn('bob', ['search']), await signIn('root', ['admin'])];
  const list = async (signedIn: typeof bob, userId?: string) =>
    (await listTokens(registry, await signedIn.caller(), { userId }, { limit: 10 })).items;

  assert.deepEqual(await list(ada), [token]);
  assert.deepEqual(await list(bob), []);
  assert.deepEqual(await list(admin, ada.user.id), [token]);
  await assert.rejects(async () => list(bob, ada.user.id), { code: 'not-found' });
  await assert.rejects(revokeToken(registry, await bob.caller(), token.id), { code: 'not-found' });

  await revokeToken(registry, await ada.caller(), token.id);
  await assert.rejects(registry.authenticate(`Bearer ${text}`, { address: '', requestId: '' }), {
    code: 'token-invalid',
  });
  await assert.rejects(revokeToken(registry, await ada.caller(), token.id), { code: 'not-found' });
});

test('a personal token revokes itself and nothing else', async () => {
  const { addToken, ada, registry } = await withAda();
  const [one, other] = [await addToken(ada.user), await addToken(ada.user)];
  await assert.rejects(revokeToken(registry, await one.caller(), other.token.id), {
    code: 'permission-denied',
  });
  await revokeToken(registry, await one.caller(), one.token.id);
  await assert.rejects(one.caller(), { code: 'token-invalid' });
  await other.caller();
});

test('an account tells what is left of the token it is read with', async () => {
  const { ada, addToken, registry } = await withAda();
  const bySession = await readAccount(registry, await ada.caller());
  assert.equal(bySession.token.usesLeft, 999);
  assert.deepEqual(bySession.token.expiresAt, ada.session.expiresAt);
  const { token, caller } = await addToken(ada.user, { permissions: ['download'] });
  const byToken = await readAccount(registry, await caller());
  assert.deepEqual(byToken.user.permissions, ['search', 'download']);
  assert.deepEqual(byToken.token.permissions, ['download']);
  assert.deepEqual([byToken.token.usesLeft, byToken.token.expiresAt], [null, token.expiresAt]);
});
