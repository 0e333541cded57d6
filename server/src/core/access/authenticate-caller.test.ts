import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testRegistry } from '../../../test/support/test-registry.ts';
import { hasPermission, type Permission, permissions } from '../caller.ts';

const from = { address: '192.0.2.9', requestId: 'r9' };
const bad = { code: 'token-invalid' };

test('without a header the caller is anonymous', async () => {
  const { registry } = await testRegistry();
  const caller = await registry.authenticate(undefined, from);
  assert.deepEqual(caller, { user: null, token: null, ...from });
});

test('a session gives its user, with permissions and groups, and the address of the request', async () => {
  const { addGroup, registry, signIn } = await testRegistry();
  const group = await addGroup('vision');
  const ada = await signIn('ada', ['search', 'upload'], { groupIds: [group] });
  assert.deepEqual(await registry.authenticate(ada.headers.authorization, from), {
    user: {
      id: ada.user.id,
      name: 'ada',
      permissions: new Set(['upload', 'search']),
      groupIds: new Set([group]),
      reviewer: false,
      mustChangePassword: false,
    },
    token: { id: ada.session.id, kind: 'session', packagePatterns: [] },
    ...from,
  });
});

test('the scheme is written in any case, and nothing but a bearer token is taken', async () => {
  const { registry, signIn } = await testRegistry();
  const { token } = await signIn('ada', []);
  for (const header of [`bearer ${token}`, `BEARER  ${token}`]) await registry.authenticate(header, from);
  for (const header of [
    '',
    'Bearer',
    'Bearer ',
    `Basic ${token}`,
    token,
    `Bearer ${token} x`,
    'Bearer a\nb',
  ]) {
    await assert.rejects(registry.authenticate(header, from), bad, JSON.stringify(header));
  }
});

test('each request takes one use of the session, also at the same time, and then it is over', async () => {
  const { registry, signIn } = await testRegistry({ sessionUses: 10 });
  const { headers } = await signIn('ada', []);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, () => registry.authenticate(headers.authorization, from)),
  );
  assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 10);
});

test('a session is over at its expiry, and when its user is deleted', async () => {
  const { clock, registry, signIn } = await testRegistry({ sessionLifetimeS: 60 });
  const [ada, bob] = [await signIn('ada', ['search']), await signIn('bob', ['search'])];
  clock.advance(59);
  await bob.caller();
  const { id: userId, permissions: had } = ada.user;
  await registry.commit([{ change: 'user.delete', userId, permissions: had, at: clock.now() }]);
  await assert.rejects(ada.caller(), bad);
  clock.advance(1);
  await assert.rejects(bob.caller(), bad);
});

test('a token for one user does not open the session of another', async () => {
  const { clock, registry, signIn } = await testRegistry();
  const [ada, bob] = [await signIn('ada', []), await signIn('bob', ['admin'])];
  const mixed = await registry.sessionSigner.sign(
    { sessionId: bob.session.id, userId: ada.user.id },
    clock.now(),
    bob.session.expiresAt,
  );
  await assert.rejects(registry.authenticate(`Bearer ${mixed}`, from), bad);
});

test('a personal token is good until it expires, has no limit of uses, and carries its patterns', async () => {
  const { addToken, addUser, clock, registry } = await testRegistry({ sessionUses: 1 });
  const token = await addToken(await addUser('ada', ['search']), {
    packagePatterns: ['vad-*'],
    expiresAt: new Date(clock.now().getTime() + 60_000),
  });
  for (let i = 0; i < 5; i += 1) await token.caller();
  const { token: calling } = await token.caller();
  assert.deepEqual(calling, { id: token.token.id, kind: 'personal', packagePatterns: ['vad-*'] });
  clock.advance(60);
  await assert.rejects(token.caller(), bad);
  const changed = `${token.text.slice(0, -1)}${token.text.endsWith('0') ? '1' : '0'}`;
  await assert.rejects(registry.authenticate(`Bearer ${changed}`, from), bad);
});

test('a personal token extends to what it names and its owner has now, no further', async () => {
  const rows: [owned: Permission[], named: Permission[], extends_: Permission[]][] = [
    [['search', 'download'], ['search'], ['search']],
    [['search'], ['search', 'upload'], ['search']],
    [['search'], ['upload'], []],
    [['search'], ['admin'], []],
    [['admin'], ['download'], ['download']],
    [['admin'], ['admin'], ['upload', 'search', 'download', 'admin']],
    [[], ['search'], []],
  ];
  for (const [owned, named, extent] of rows) {
    const { addToken, addUser } = await testRegistry();
    const token = await addToken(await addUser('ada', owned), { permissions: named });
    const caller = await token.caller();
    const has = permissions.filter((permission) => hasPermission(caller, permission));
    assert.deepEqual(has, extent, `${named} of ${owned}`);
  }
});

test('what is taken from the owner is taken from the token at its next use', async () => {
  const { addToken, addUser, registry } = await testRegistry();
  const user = await addUser('ada', ['search', 'upload']);
  const token = await addToken(user);
  await registry.commit([
    { change: 'user.change-permissions', userId: user.id, from: user.permissions, to: ['search'] },
  ]);
  assert.equal(hasPermission(await token.caller(), 'upload'), false);
});

test('administrators and members of the configured group are reviewers, others are not', async () => {
  const { addGroup, signIn } = await testRegistry({ reviewersGroup: 'assayers' });
  const [assayers, reviewers] = [await addGroup('assayers'), await addGroup('reviewers')];
  const isReviewer = async (...user: Parameters<typeof signIn>) =>
    (await (await signIn(...user)).caller()).user?.reviewer;
  assert.equal(await isReviewer('ada', ['admin']), true);
  assert.equal(await isReviewer('bob', ['search'], { groupIds: [assayers] }), true);
  assert.equal(await isReviewer('cyd', ['search'], { groupIds: [reviewers] }), false);
});

test('a narrowed token does not review, a whole one does', async () => {
  const { addGroup, addToken, addUser } = await testRegistry();
  const groupIds = [await addGroup('reviewers')];
  const bob = await addUser('bob', ['search', 'download'], { groupIds });
  const ada = await addUser('ada', ['admin']);
  const isReviewer = async (...token: Parameters<typeof addToken>) =>
    (await (await addToken(...token)).caller()).user?.reviewer;
  assert.equal(await isReviewer(bob), true);
  assert.equal(await isReviewer(bob, { permissions: ['search'] }), false);
  assert.equal(await isReviewer(bob, { packagePatterns: ['vad-*'] }), false);
  assert.equal(await isReviewer(ada, { permissions: ['upload', 'search', 'download'] }), false);
});

test('a one-time password gives no permission and reviews nothing until it is changed', async () => {
  const { addToken, addGroup, signIn } = await testRegistry();
  const groupIds = [await addGroup('reviewers')];
  const ada = await signIn('ada', ['search', 'admin'], { groupIds, mustChangePassword: true });
  for (const caller of [await ada.caller(), await (await addToken(ada.user)).caller()]) {
    assert.deepEqual(
      permissions.filter((permission) => hasPermission(caller, permission)),
      [],
    );
    assert.equal(caller.user?.reviewer, false);
  }
});
