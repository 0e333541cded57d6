import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../../test/support/test-app.ts';
import { type SignedIn, testRegistry } from '../../../../test/support/test-registry.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

async function world() {
  const registry = await testRegistry();
  const app = await testApp(registry);
  const admin = await registry.signIn('root', ['admin']);
  const ada = await registry.signIn('ada', ['search']);
  const ask = (who: SignedIn | null, method: Method, url: string, payload?: object) =>
    app.inject({ method, url, headers: who?.headers ?? {}, ...(payload && { payload }) });
  return { ...registry, app, admin, ada, ask };
}

test('users read and delete themselves; about others they are told that there is nobody', async () => {
  const { admin, ada, ask } = await world();
  const own = await ask(ada, 'GET', `/api/users/${ada.user.id}`);
  assert.equal(own.statusCode, 200);
  assert.deepEqual([own.json().name, own.json().groups], ['ada', []]);
  for (const id of [admin.user.id, 'nobody']) {
    for (const method of ['GET', 'DELETE'] as const) {
      const other = await ask(ada, method, `/api/users/${id}`);
      assert.deepEqual([other.statusCode, other.json().code], [404, 'not-found']);
      assert.equal(other.json().detail, `There is no user "${id}".`);
    }
  }
  assert.equal((await ask(ada, 'DELETE', `/api/users/${ada.user.id}`)).statusCode, 204);
  assert.equal((await ask(ada, 'GET', `/api/users/${ada.user.id}`)).statusCode, 401);
});

test('administrators list users by page and change what they may do', async () => {
  const { admin, ada, ask } = await world();
  const first = (await ask(admin, 'GET', '/api/users?limit=1')).json();
  const second = (await ask(admin, 'GET', `/api/users?limit=1&after=${first.next}`)).json();
  assert.deepEqual(
    [...first.items, ...second.items].map((user) => user.name),
    ['root', 'ada'],
  );
  assert.equal(second.next, null);
  assert.equal(JSON.stringify(first).includes('assword":"'), false);

  const url = `/api/users/${ada.user.id}`;
  const changed = await ask(admin, 'PATCH', url, { permissions: ['upload', 'search'] });
  assert.deepEqual([changed.statusCode, changed.json().permissions], [200, ['upload', 'search']]);
  for (const payload of [
    {},
    { permissions: ['root'] },
    { permissions: ['search', 'search'] },
    { name: 'eve' },
  ]) {
    assert.equal((await ask(admin, 'PATCH', url, payload)).statusCode, 400);
  }
  assert.equal((await ask(ada, 'PATCH', url, { permissions: ['admin'] })).json().code, 'permission-denied');
  assert.equal((await ask(ada, 'GET', '/api/users')).json().code, 'permission-denied');
  assert.equal((await ask(null, 'GET', '/api/users')).json().code, 'unauthenticated');
  const last = await ask(admin, 'DELETE', `/api/users/${admin.user.id}`);
  assert.deepEqual([last.statusCode, last.json().code], [409, 'last-administrator']);
});

test('groups are made, described, filled, shown to their members, and deleted', async () => {
  const { admin, ada, ask, signIn } = await world();
  const bob = await signIn('bob', ['search']);
  const made = await ask(admin, 'POST', '/api/groups', { name: 'vision' });
  assert.equal(made.statusCode, 201);
  const { id } = made.json();
  assert.equal((await ask(admin, 'POST', '/api/groups', { name: 'Vision' })).json().code, 'group-exists');

  const member = `/api/groups/${id}/members/${ada.user.id}`;
  assert.equal((await ask(admin, 'PUT', member)).statusCode, 204);
  assert.equal((await ask(admin, 'PUT', member)).statusCode, 204);
  assert.equal((await ask(ada, 'PUT', member)).statusCode, 403);
  assert.equal((await ask(admin, 'PUT', `/api/groups/${id}/members/nobody`)).statusCode, 404);

  assert.deepEqual((await ask(ada, 'GET', `/api/groups/${id}/members`)).json(), {
    items: [{ userId: ada.user.id, userName: 'ada' }],
    next: null,
  });
  assert.equal((await ask(bob, 'GET', `/api/groups/${id}/members`)).statusCode, 403);
  assert.equal((await ask(bob, 'GET', `/api/groups/${id}`)).json().name, 'vision');
  assert.deepEqual((await ask(ada, 'GET', '/api/auth/me')).json().user.groups, [{ id, name: 'vision' }]);

  const described = await ask(admin, 'PATCH', `/api/groups/${id}`, { description: 'Those who see' });
  assert.equal(described.json().description, 'Those who see');
  assert.equal((await ask(admin, 'DELETE', member)).statusCode, 204);
  assert.equal((await ask(ada, 'GET', `/api/groups/${id}/members`)).statusCode, 403);
  assert.equal((await ask(admin, 'DELETE', `/api/groups/${id}`)).statusCode, 204);
  assert.equal((await ask(admin, 'DELETE', `/api/groups/${id}`)).statusCode, 404);
  assert.deepEqual((await ask(ada, 'GET', '/api/groups')).json().items, []);
});

test('a personal token is shown once, works for what it names, and is revoked', async () => {
  const { ada, app, ask } = await world();
  const made = await ask(ada, 'POST', '/api/tokens', { name: 'build', permissions: ['search'] });
  assert.equal(made.statusCode, 201);
  assert.equal(made.headers['cache-control'], 'no-store');
  const { token, ...shown } = made.json();
  const listed = await ask(ada, 'GET', '/api/tokens');
  assert.deepEqual(listed.json(), { items: [shown], next: null });

  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await app.inject({ url: '/items', headers })).statusCode, 200);
  assert.equal((await ask(ada, 'DELETE', `/api/tokens/${shown.id}`)).statusCode, 204);
  assert.equal((await app.inject({ url: '/items', headers })).json().code, 'token-invalid');
});

test('every change of access is in the audit log, with who did it and to whom', async () => {
  const { admin, ada, ask, auditLog } = await world();
  await ask(admin, 'PATCH', `/api/users/${ada.user.id}`, { permissions: ['upload'] });
  await ask(ada, 'PATCH', `/api/users/${admin.user.id}`, { permissions: [] });
  const [denied, changed] = await auditLog();
  assert.deepEqual(
    [denied, changed].map((entry) => [
      entry?.operation,
      entry?.actor?.userName,
      entry?.subject,
      entry?.outcome,
      entry?.reason,
    ]),
    [
      ['user.change', 'ada', { kind: 'user', id: admin.user.id }, 'denied', 'permission-denied'],
      ['user.change', 'root', { kind: 'user', id: ada.user.id }, 'succeeded', 'permissions: upload'],
    ],
  );
});
