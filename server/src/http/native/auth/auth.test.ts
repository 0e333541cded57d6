import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { testApp } from '../../../../test/support/test-app.ts';
import { testRegistry } from '../../../../test/support/test-registry.ts';

const password = 'fjord7Quilt!';

async function withAda(...given: Parameters<typeof testRegistry>) {
  const world = await testRegistry(...given);
  const user = await world.addUser('ada', ['search', 'download'], { password });
  const app = await testApp(world);
  return { ...world, app, user };
}

const logIn = (app: FastifyInstance, payload: object = { name: 'ada', password }, headers = {}) =>
  app.inject({ method: 'POST', url: '/api/auth/login', payload, headers });

const me = (app: FastifyInstance, token: string) =>
  app.inject({ method: 'GET', url: '/api/auth/me', headers: { authorization: `Bearer ${token}` } });

test('a login answers a token that says who one is, until the logout', async () => {
  const { app, user } = await withAda();
  const answer = await logIn(app);
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers['cache-control'], 'no-store');
  const { token, ...session } = answer.json();
  assert.deepEqual(session, {
    tokenType: 'Bearer',
    expiresAt: '2026-01-31T22:00:00.000Z',
    usesLeft: 1_000,
    user: {
      id: user.id,
      name: 'ada',
      permissions: ['search', 'download'],
      mustChangePassword: false,
      createdAt: '2026-01-31T12:00:00.000Z',
    },
    mustChangePassword: false,
  });

  const account = await me(app, token);
  assert.equal(account.statusCode, 200);
  const told = account.json();
  assert.deepEqual(told.user, { ...session.user, groups: [] });
  assert.equal(told.reviewer, false);
  assert.equal(told.token.usesLeft, 999);

  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await app.inject({ method: 'POST', url: '/api/auth/logout', headers })).statusCode, 204);
  const after = await me(app, token);
  assert.equal(after.statusCode, 401);
  assert.equal(after.json().code, 'token-invalid');
  assert.match(String(after.headers['www-authenticate']), /^Bearer/);
});

test('a failed login is answered alike for known and unknown names, and audited as denied', async () => {
  const { app, observed } = await withAda();
  const [known, unknown] = [
    await logIn(app, { name: 'ada', password: 'wrong' }),
    await logIn(app, { name: 'eve', password: 'wrong' }),
  ];
  assert.equal(known.statusCode, 401);
  const comparable = ({ requestId: _, ...problem }: Record<string, unknown>) => problem;
  assert.deepEqual(comparable(known.json()), comparable(unknown.json()));
  assert.deepEqual(
    observed.map(({ operation, outcome, reason, subject, actor }) => [
      operation,
      outcome,
      reason,
      subject,
      actor,
    ]),
    ['ada', 'eve'].map((id) => ['account.log-in', 'denied', 'login-failed', { kind: 'user', id }, null]),
  );
});

test('a throttled login says when to try again', async () => {
  const { app } = await withAda({ loginFailuresPerAccount: 1 });
  await logIn(app, { name: 'ada', password: 'wrong' });
  const answer = await logIn(app);
  assert.equal(answer.statusCode, 429);
  assert.equal(answer.json().code, 'login-throttled');
  assert.equal(answer.headers['retry-after'], '1');
});

test('a stale token in the header does not stand in the way of logging in', async () => {
  const { app } = await withAda();
  const answer = await logIn(app, { name: 'ada', password }, { authorization: 'Bearer stale' });
  assert.equal(answer.statusCode, 200);
});

test('a body that is no login is refused without repeating the password', async () => {
  const { app } = await withAda();
  for (const payload of [
    {},
    { name: 'ada' },
    { name: 'ada', password: 7 },
    { name: 'ada', password, more: password },
    { name: ['ada'], password },
  ]) {
    const answer = await logIn(app, payload);
    assert.equal(answer.statusCode, 400);
    assert.equal(answer.json().code, 'invalid-request');
    assert.equal(answer.body.includes(password), false);
  }
});

test('with a one-time password nothing is possible but to change it', async () => {
  const world = await testRegistry();
  await world.addUser('ada', ['search', 'admin'], { password, mustChangePassword: true });
  const app = await testApp(world);
  const { token, mustChangePassword } = (await logIn(app)).json();
  assert.equal(mustChangePassword, true);
  const headers = { authorization: `Bearer ${token}` };
  for (const url of ['/api/users', '/items', '/api/tokens']) {
    const refused = await app.inject({ method: 'GET', url, headers });
    assert.equal(refused.statusCode, 403);
    assert.equal(refused.json().code, 'password-change-required');
  }
  const another = { name: 'eve', password: 'glacier-4-teapots', permissions: ['admin'] };
  const register = { method: 'POST', url: '/api/auth/register', payload: another, headers } as const;
  assert.equal((await app.inject(register)).json().code, 'registration-closed');
  const changed = await app.inject({
    method: 'PUT',
    url: '/api/auth/password',
    headers,
    payload: { currentPassword: password, newPassword: 'glacier-4-teapots' },
  });
  assert.equal(changed.statusCode, 204);
  assert.equal((await app.inject({ method: 'GET', url: '/api/users', headers })).statusCode, 200);
});

test('registering needs an administrator unless it is open', async () => {
  const world = await testRegistry();
  const admin = await world.signIn('root', ['admin']);
  const app = await testApp(world);
  const register = (payload: object, headers = {}) =>
    app.inject({ method: 'POST', url: '/api/auth/register', payload, headers });

  const closed = await register({ name: 'ada', password });
  assert.equal(closed.statusCode, 403);
  assert.equal(closed.json().code, 'registration-closed');

  const made = await register({ name: 'ada', password, permissions: ['upload'] }, admin.headers);
  assert.equal(made.statusCode, 201);
  assert.equal(made.headers.location, `/api/users/${made.json().id}`);
  assert.deepEqual(made.json().permissions, ['upload']);
  assert.equal((await logIn(app)).statusCode, 200);

  const again = await register({ name: 'Ada', password }, admin.headers);
  assert.deepEqual([again.statusCode, again.json().code], [409, 'user-exists']);
  const strange = await register({ name: 'bob', password, permissions: ['root'] }, admin.headers);
  assert.equal(strange.statusCode, 400);

  const open = await testApp(await testRegistry({ openRegistration: true }));
  const anybody = await open.inject({
    method: 'POST',
    url: '/api/auth/register',
    payload: { name: 'ada', password },
  });
  assert.equal(anybody.statusCode, 201);
  assert.deepEqual(anybody.json().permissions, ['search', 'download']);
});
