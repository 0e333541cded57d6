import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness } from '../../../test/support/samples.ts';
import { nobody, testRegistry } from '../../../test/support/test-registry.ts';
import { logIn } from './log-in.ts';
import { Passwords } from './passwords.ts';

const password = 'fjord7Quilt!';
const at = (address: string) => ({ ...nobody, address });

async function withAda(settings = {}) {
  const world = await testRegistry(settings);
  const user = await world.addUser('Ada', ['search'], { password });
  const attempt = (given: { name?: string; password?: string; address?: string } = {}) =>
    logIn(world.registry, at(given.address ?? '192.0.2.1'), {
      name: given.name ?? 'ada',
      password: given.password ?? password,
    });
  const fail = async (times: number, given: { name?: string; address?: string } = {}) => {
    for (let i = 0; i < times; i += 1) {
      await assert.rejects(attempt({ ...given, password: 'wrong' }), { code: 'login-failed' });
    }
  };
  return { ...world, user, attempt, fail };
}

test('a login opens a session with the configured lifetime and uses', async () => {
  const { attempt, clock, registry, user } = await withAda({ sessionLifetimeS: 60, sessionUses: 2 });
  const opened = await attempt();
  assert.equal(opened.session.expiresAt.getTime(), clock.now().getTime() + 60_000);
  assert.equal(opened.session.usesLeft, 2);
  const authenticate = () => registry.authenticate(`Bearer ${opened.token}`, nobody);
  assert.equal((await authenticate()).user?.id, user.id);
  await authenticate();
  await assert.rejects(authenticate(), { code: 'token-invalid' });
});

test('a login is audited with the user and the session it opened', async () => {
  const { attempt, auditLog, user } = await withAda();
  const { session } = await attempt();
  const [entry] = await auditLog();
  assert.equal(entry?.operation, 'account.log-in');
  assert.deepEqual(entry.actor, { userId: user.id, userName: 'Ada', tokenId: session.id });
  assert.deepEqual(entry.subject, { kind: 'user', id: 'Ada' });
});

test('a wrong password, an unknown name, a look-alike and a deleted user fail alike', async () => {
  const { attempt, registry, user } = await withAda();
  const outcomes = [];
  outcomes.push(await attempt({ password: 'wrong' }).catch((error) => error));
  outcomes.push(await attempt({ name: 'nobody' }).catch((error) => error));
  await registry.commit([
    { change: 'user.delete', userId: user.id, permissions: user.permissions, at: registry.clock.now() },
  ]);
  outcomes.push(await attempt().catch((error) => error));
  for (const error of outcomes) {
    assert.deepEqual([error.code, error.detail], ['login-failed', outcomes[0].detail]);
  }
});

test('after five failures the account waits, twice as long after each further one, at most the maximum', async () => {
  const { attempt, clock, fail } = await withAda({ loginMaximumWaitS: 10 });
  await fail(5);
  for (const seconds of [1, 2, 4, 8, 10, 10]) {
    await assert.rejects(attempt({ password: 'wrong' }), {
      code: 'login-throttled',
      retryAfterSeconds: seconds,
    });
    clock.advance(seconds - 0.001);
    await assert.rejects(attempt(), { code: 'login-throttled', retryAfterSeconds: 1 });
    clock.advance(0.001);
    await fail(1);
  }
});

test('names that nobody has are throttled exactly like others', async () => {
  const { attempt, fail } = await withAda();
  await fail(5, { name: 'nobody', address: '192.0.2.1' });
  await fail(5, { name: 'ada', address: '192.0.2.2' });
  const unknown = await attempt({ name: 'nobody', address: '192.0.2.3' }).catch((error) => error);
  const known = await attempt({ address: '192.0.2.4' }).catch((error) => error);
  assert.deepEqual([unknown.code, unknown.detail], [known.code, known.detail]);
  assert.equal(known.code, 'login-throttled');
});

test('another spelling of the name counts for the same account', async () => {
  const { attempt, fail } = await withAda();
  await fail(2, { name: 'ADA' });
  await fail(3, { name: 'ada' });
  await assert.rejects(attempt({ name: 'Ada' }), { code: 'login-throttled' });
});

test('a success lets the account start anew', async () => {
  const { attempt, fail } = await withAda();
  await fail(4);
  await attempt();
  await fail(4);
  await attempt();
});

test('of many guesses at the same time no more are looked at than one after another', async () => {
  const { attempt } = await withAda();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, i) => attempt({ password: `wrong ${i}` })),
  );
  const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code);
  assert.equal(codes.filter((code) => code === 'login-failed').length, 5);
  assert.equal(codes.filter((code) => code === 'login-throttled').length, 45);
});

test('an address that fails with many names waits until its window ends', async () => {
  const { attempt, clock, fail } = await withAda({ loginFailuresPerAddress: 3, loginAddressWindowS: 60 });
  for (const name of ['one', 'two']) await fail(1, { name });
  clock.advance(30);
  await fail(1, { name: 'three' });
  await assert.rejects(attempt(), { code: 'login-throttled', retryAfterSeconds: 30 });
  await attempt({ address: '192.0.2.2' });
  clock.advance(30);
  await attempt();
});

test('successful logins do not use up the address', async () => {
  const { attempt } = await withAda({ loginFailuresPerAddress: 3 });
  for (let i = 0; i < 10; i += 1) await attempt();
});

test('an address that has to wait cannot make accounts wait', async () => {
  const { attempt, fail } = await withAda({ loginFailuresPerAddress: 3 });
  await fail(3, { address: '192.0.2.66' });
  for (let i = 0; i < 10; i += 1) {
    await assert.rejects(attempt({ address: '192.0.2.66' }), { code: 'login-throttled' });
  }
  await attempt({ address: '192.0.2.1' });
});

test('strangers cannot lock a user out of where they have logged in before', async () => {
  const { attempt, fail } = await withAda();
  await attempt({ address: '192.0.2.1' });
  await fail(5, { address: '192.0.2.66' });
  await assert.rejects(attempt({ address: '192.0.2.77' }), { code: 'login-throttled' });
  await attempt({ address: '192.0.2.1' });
});

test('where a user has logged in before guesses are throttled too', async () => {
  const { attempt, fail } = await withAda();
  await attempt();
  await fail(5);
  await assert.rejects(attempt(), { code: 'login-throttled' });
});

test('a hash of other parameters is replaced at the next login, and sessions stay', async () => {
  const { registry, user, attempt } = await withAda();
  const before = await registry.users.passwordHashOf(user.id);
  const { token } = await attempt();
  assert.equal(await registry.users.passwordHashOf(user.id), before);
  const passwords = new Passwords(randomness, { memoryKiB: 128, passes: 1, lanes: 1 });
  await logIn({ ...registry, passwords }, nobody, { name: 'ada', password });
  const after = (await registry.users.passwordHashOf(user.id)) ?? '';
  assert.equal(passwords.isStale(after), false);
  assert.equal(await passwords.verify(password, after), true);
  await registry.authenticate(`Bearer ${token}`, nobody);
});

test('what is kept of attempts names neither names nor addresses', async () => {
  const { registry } = await withAda();
  const keys: string[] = [];
  const { loginAttempts } = registry;
  const watched: typeof loginAttempts = {
    find: (key) => {
      keys.push(key);
      return loginAttempts.find(key);
    },
    replace: (...given) => loginAttempts.replace(...given),
    removeForgotten: (now) => loginAttempts.removeForgotten(now),
  };
  const given = { name: 'a-password-by-mistake', password };
  await assert.rejects(logIn({ ...registry, loginAttempts: watched }, nobody, given));
  assert.ok(keys.length > 0);
  for (const key of keys) assert.match(key, /^[0-9a-f]{64}$/);
});
