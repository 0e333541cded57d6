// Who there is: users, their sessions, and groups.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Api, ok, refused } from '../src/call.ts';
import { declared, publish, upload } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator, logIn, newPassword, type User } from '../src/users.ts';

const server = await startServer();
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
const open = await publish(ada.api, { name: 'open-package' });
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

interface Token {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly expiresAt: string;
}

interface Account {
  readonly user: {
    readonly name: string;
    readonly permissions: string[];
    readonly groups: { readonly id: string }[];
  };
  readonly reviewer: boolean;
  readonly token: { readonly kind: string; readonly permissions: string[]; readonly usesLeft: number | null };
}

const account = (api: Api) => ok(api.get<Account>('/api/auth/me'));
const newToken = (user: User, body: object) =>
  ok(user.session.post<Token>('/api/tokens', { name: 'narrow', ...body }), 201);
const tokenInvalid = (api: Api) => refused(api.get('/api/auth/me'), 401, 'token-invalid');

describe('a user', () => {
  test('is registered by administrators only, where registration is not open', async () => {
    const body = { name: 'newcomer', password: newPassword() };
    await refused(server.api.post('/api/auth/register', body), 403, 'registration-closed');
    await refused(ada.api.post('/api/auth/register', body), 403, 'registration-closed');
    const made = await ok(admin.api.post<{ permissions: string[] }>('/api/auth/register', body), 201);
    assert.deepEqual(made.permissions, ['search', 'download']);
  });

  test('has a name that nobody else has, had, or that reads like it', async () => {
    await addUser(admin, 'Linus');
    for (const name of ['Linus', 'linus', 'l1nus']) {
      await refused(
        admin.api.post('/api/auth/register', { name, password: newPassword() }),
        409,
        'user-exists',
      );
    }
    for (const name of ['', 'ab', 'a b', 'ädä', 'a..b', '-ab', 'system', 'x'.repeat(41)]) {
      await refused(
        admin.api.post('/api/auth/register', { name, password: newPassword() }),
        400,
        'invalid-request',
      );
    }
  });

  test('has a password that is not guessed at once', async () => {
    for (const password of [
      '',
      'short',
      'aaaaaaaaaaaaaaaa',
      'abcdefghijklmnop',
      'password1234',
      'guessable-name!',
      'x'.repeat(257),
    ]) {
      const body = { name: 'guessable-name', password };
      await refused(admin.api.post('/api/auth/register', body), 400, 'password-too-weak');
    }
  });

  test('that is deleted is out at once: every token is dead, the name stays taken', async () => {
    const gone = await addUser(admin, 'gone-user');
    await ok(gone.api.get('/api/auth/me'));
    await ok(admin.api.delete(`/api/users/${gone.id}`), 204);
    await tokenInvalid(gone.api);
    await tokenInvalid(gone.session);
    await refused(
      server.api.post('/api/auth/login', { name: gone.name, password: gone.password }),
      401,
      'login-failed',
    );
    await refused(
      admin.api.post('/api/auth/register', { name: 'gone-user', password: newPassword() }),
      409,
      'user-exists',
    );
    await refused(admin.api.get(`/api/users/${gone.id}`), 404, 'not-found');
  });

  test('may do what they are given from the next request on, with tokens they have already', async () => {
    const user = await addUser(admin, 'changing');
    await ok(admin.api.patch(`/api/users/${user.id}`, { permissions: ['search'] }));
    await refused(
      user.api.post('/api/uploads', declared({ name: 'not-mine' }, 100)),
      403,
      'permission-denied',
    );
    assert.deepEqual((await account(user.api)).token.permissions, ['search']);
    await ok(admin.api.patch(`/api/users/${user.id}`, { permissions: ['upload', 'search', 'admin'] }));
    assert.deepEqual((await account(user.session)).user.permissions, ['upload', 'search', 'admin']);
    // The token was made without `admin`, and does not grow.
    await refused(user.api.get('/api/users'), 403, 'permission-denied');
    await ok(user.session.get('/api/users'));
    await ok(admin.api.patch(`/api/users/${user.id}`, { permissions: [] }));
    await refused(user.session.get('/api/users'), 403, 'permission-denied');
  });

  test('who is the last administrator can neither leave nor give it up', async () => {
    await refused(admin.session.delete(`/api/users/${admin.id}`), 409, 'last-administrator');
    await refused(
      admin.api.patch(`/api/users/${admin.id}`, { permissions: ['search'] }),
      409,
      'last-administrator',
    );
    await ok(admin.api.get('/api/users'));
  });

  test('sees themselves; of others not even that they exist', async () => {
    const other = await addUser(admin, 'somebody-else', ['search']);
    assert.equal((await ok(other.api.get<{ id: string }>(`/api/users/${other.id}`))).id, other.id);
    await refused(other.api.get(`/api/users/${ada.id}`), 404, 'not-found');
    await refused(other.session.delete(`/api/users/${ada.id}`), 404, 'not-found');
    await refused(other.api.get('/api/users'), 403, 'permission-denied');
    await refused(other.api.get('/api/tokens', { userId: ada.id }), 404, 'not-found');
    const listed = await admin.api.all<{ name: string }>('/api/users', { limit: 2 });
    assert.ok(
      listed.some(({ name }) => name === 'somebody-else') && listed.some(({ name }) => name === 'ada'),
    );
  });
});

describe('a session', () => {
  test('is good for ten hours and a thousand requests, each of which counts', async () => {
    const before = Date.now();
    const login = await logIn(server.api, ada.name, ada.password);
    assert.equal(login.usesLeft, 1000);
    assert.ok(Math.abs(Date.parse(login.expiresAt) - before - 36_000_000) < 10_000);
    const api = server.api.as(login.token);
    const { token } = await account(api);
    assert.deepEqual([token.kind, token.usesLeft], ['session', 999]);
    assert.equal((await account(api)).token.usesLeft, 998);
    assert.equal((await account(ada.api)).token.usesLeft, null, 'personal tokens have no limit');
  });

  test('that is used up is over', async () => {
    const frugal = await startServer({ ASSAY_SESSION_USES: '12' });
    const owner = await enterAsAdministrator(frugal);
    const { token } = await logIn(frugal.api, owner.name, owner.password);
    const api = frugal.api.as(token);
    for (let left = 11; left >= 0; left--) assert.equal((await account(api)).token.usesLeft, left);
    await tokenInvalid(api);
    await frugal.stop();
  });

  test('ends at once by logging out; others of the same user stay', async () => {
    const { token } = await logIn(server.api, ada.name, ada.password);
    const api = server.api.as(token);
    await ok(api.post('/api/auth/logout'), 204);
    await tokenInvalid(api);
    await ok(ada.session.get('/api/auth/me'));
    await refused(ada.api.post('/api/auth/logout'), 403, 'permission-denied');
  });

  test('token that is changed, signed by nobody or somebody else, or no token at all, is refused alike', async () => {
    const { token } = await logIn(server.api, ada.name, ada.password);
    const [header = '', claims = '', signature = ''] = token.split('.');
    const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    assert.equal(typeof kid, 'string');
    const bad = [
      `${header}.${encode({ ...decoded, sub: admin.id })}.${signature}`,
      `${encode({ alg: 'none' })}.${claims}.`,
      `${encode({ alg: 'none', kid })}.${claims}.${signature}`,
      `${encode({ alg: 'HS256', kid: 'other' })}.${claims}.${signature}`,
      `${header}.${claims}.${signature.slice(0, -2)}`,
      `${token}x`,
      'assay_0000000000000000000000000000000000000000000000000',
      'nonsense',
    ];
    const details = new Set<string>();
    for (const text of bad) details.add((await tokenInvalid(server.api.as(text))).detail);
    assert.equal(details.size, 1, [...details].join('\n'));
    for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer a b', token]) {
      await refused(
        server.api.call('GET', '/api/auth/me', { headers: { authorization } }),
        401,
        'token-invalid',
      );
    }
    const nobody = await server.api.get('/api/auth/me');
    assert.match(nobody.headers.get('www-authenticate') ?? '', /^Bearer/);
  });

  test('ends with the password, except the one that changed it; personal tokens stay', async () => {
    const user = await addUser(admin, 'password-changer');
    const { token } = await logIn(server.api, user.name, user.password);
    const password = newPassword();
    const change = (currentPassword: string, newPassword: string) =>
      user.session.put('/api/auth/password', { currentPassword, newPassword });
    await refused(change('not it at all', password), 403, 'password-wrong');
    await refused(change(user.password, 'short'), 400, 'password-too-weak');
    await refused(change(user.password, user.password), 400, 'password-too-weak');
    await refused(
      user.api.put('/api/auth/password', { currentPassword: user.password, newPassword: password }),
      403,
      'permission-denied',
    );
    await ok(change(user.password, password), 204);
    await tokenInvalid(server.api.as(token));
    await ok(user.session.get('/api/auth/me'));
    await ok(user.api.get('/api/auth/me'));
    await refused(
      server.api.post('/api/auth/login', { name: user.name, password: user.password }),
      401,
      'login-failed',
    );
    await logIn(server.api, user.name, password);
  });
});

describe('a group', () => {
  test('maintains packages together until somebody leaves it or it is deleted', async () => {
    const helper = await addUser(admin, 'helper');
    const groupId = await addGroup(admin, 'crew', [ada, helper]);
    const { packageId } = await publish(ada.api, { name: 'of-the-crew' });
    await ok(ada.api.patch(`/api/packages/${packageId}`, { groupId }));
    const yank = () =>
      helper.api.post(`/api/packages/${packageId}/versions/1.0.0/yank`, { reason: 'as a member' });
    const unyank = () =>
      ada.api.post(`/api/packages/${packageId}/versions/1.0.0/unyank`, { reason: 'and back' });
    await ok(yank());
    await ok(unyank());
    await ok(admin.api.delete(`/api/groups/${groupId}/members/${helper.id}`), 204);
    await refused(yank(), 403, 'permission-denied');
    await ok(admin.api.put(`/api/groups/${groupId}/members/${helper.id}`), 204);
    await ok(yank());
    await ok(unyank());
    await ok(admin.api.delete(`/api/groups/${groupId}`), 204);
    await refused(yank(), 403, 'permission-denied');
    await upload(ada.api, { name: 'of-the-crew', version: '2.0.0' }, open.bytes);
  });

  test('is managed by administrators; who is in it is shown to its members', async () => {
    const member = await addUser(admin, 'member', ['search']);
    const groupId = await addGroup(admin, 'insiders', [member]);
    const path = `/api/groups/${groupId}`;
    await refused(ada.api.post('/api/groups', { name: 'mine' }), 403, 'permission-denied');
    await refused(ada.api.put(`${path}/members/${ada.id}`), 403, 'permission-denied');
    await refused(admin.api.post('/api/groups', { name: '1nsiders' }), 409, 'group-exists');
    await refused(admin.api.put(`${path}/members/nobody`), 404, 'not-found');
    await refused(admin.api.put(`/api/groups/none/members/${ada.id}`), 404, 'not-found');
    assert.deepEqual(await member.api.all(`${path}/members`), [{ userId: member.id, userName: 'member' }]);
    await refused(ada.api.get(`${path}/members`), 403, 'permission-denied');
    await ok(admin.api.patch(path, { description: 'Those inside' }));
    assert.equal((await ok(ada.api.get<{ description: string }>(path))).description, 'Those inside');
    assert.deepEqual(
      (await account(member.api)).user.groups.map(({ id }) => id),
      [groupId],
    );
  });

  test('of reviewers reviews, by a token that carries all that its owner may do', async () => {
    const reviewer = await addUser(admin, 'reviewer', ['search', 'download']);
    await refused(reviewer.api.get('/api/quarantine'), 403, 'permission-denied');
    await addGroup(admin, 'reviewers', [reviewer]);
    await ok(reviewer.api.get('/api/quarantine'));
    assert.equal((await account(reviewer.api)).reviewer, true);
    const { token } = await newToken(reviewer, { permissions: ['search'] });
    await refused(server.api.as(token).get('/api/quarantine'), 403, 'permission-denied');
  });
});
