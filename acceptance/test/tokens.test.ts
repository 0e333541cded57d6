// Personal access tokens: for programs, narrowed to permissions and packages, shown once, revoked at once.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Api, ok, type Page, refused } from '../src/call.ts';
import { declared, type Package, publish } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator, type User } from '../src/users.ts';

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
  readonly token: string;
  readonly expiresAt: string;
}

const newToken = (user: User, body: object) =>
  ok(user.session.post<Token>('/api/tokens', { name: 'narrow', ...body }), 201);
const tokenInvalid = (api: Api) => refused(api.get('/api/auth/me'), 401, 'token-invalid');

test('a token extends to its permissions, never beyond those of its owner', async () => {
  const { token } = await newToken(ada, { permissions: ['search'] });
  const narrow = server.api.as(token);
  await ok(narrow.get(`/api/packages/${open.packageId}`));
  await refused(narrow.get(`/api/packages/${open.packageId}/download`), 403, 'permission-denied');
  await refused(narrow.post('/api/uploads', declared({ name: 'x-y' }, 10)), 403, 'permission-denied');
  const body = { name: 'more', permissions: ['admin'] };
  await refused(ada.session.post('/api/tokens', body), 403, 'permission-denied');
  await refused(
    narrow.post('/api/tokens', { name: 'more', permissions: ['search'] }),
    403,
    'permission-denied',
  );
  await refused(narrow.delete(`/api/users/${ada.id}`), 403, 'permission-denied');
});

test('a token extends to packages by the patterns of their names, for reading, listing, finding and writing', async () => {
  const mine = await publish(ada.api, { name: 'team-one' });
  await publish(ada.api, { name: 'other-two' });
  const { token } = await newToken(ada, {
    permissions: ['upload', 'search', 'download'],
    packagePatterns: ['team-*', '*/model'],
  });
  const narrow = server.api.as(token);
  await ok(narrow.get(`/api/packages/${mine.packageId}/download`));
  for (const path of ['', '/versions', '/versions/1.0.0', '/files', '/download', '/files/README.md']) {
    await refused(narrow.get(`/api/packages/${open.packageId}${path}`), 404, 'not-found');
  }
  await refused(narrow.patch(`/api/packages/${open.packageId}`, { title: 'x' }), 404, 'not-found');
  const listed = await narrow.all<Package>('/api/packages', { limit: 1 });
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['team-one'],
  );
  const found = await narrow.all<Package>('/api/packages/search', { q: '', limit: 1 });
  assert.deepEqual(
    found.map(({ name }) => name),
    ['team-one'],
  );
  assert.deepEqual(
    (await ok(narrow.get<Page<Package>>('/api/packages', { name: 'open-package' }))).items,
    [],
  );
  await refused(narrow.post('/api/uploads', declared({ name: 'other-three' }, 10)), 403, 'permission-denied');
  await publish(narrow, { name: 'team-one', version: '2.0.0' });
  await publish(narrow, { name: 'anybody/model' });
});

test('a token cannot reach an upload of a package that its patterns leave out', async () => {
  const { token } = await newToken(ada, { permissions: ['upload'], packagePatterns: ['team-*'] });
  const narrow = server.api.as(token);
  const { id } = await ok(
    ada.api.post<{ id: string }>('/api/uploads', declared({ name: 'not-team' }, 10)),
    201,
  );
  await refused(narrow.get(`/api/uploads/${id}`), 404, 'not-found');
  await refused(narrow.delete(`/api/uploads/${id}`), 404, 'not-found');
  await refused(narrow.post(`/api/uploads/${id}/complete`), 404, 'not-found');
  const listed = await narrow.all<{ id: string }>('/api/uploads');
  assert.ok(listed.every((one) => one.id !== id));
});

test('a token is shown once, and stored nowhere as it is', async () => {
  const { id, token } = await newToken(ada, { name: 'shown once', permissions: ['search'] });
  const listed = await ok(ada.session.get<Page<Token>>('/api/tokens'));
  assert.ok(listed.items.some((one) => one.id === id));
  assert.ok(!JSON.stringify(listed).includes(token));
  assert.ok(!server.output.includes(token));
  for (const file of (await server.files()).filter((path) => !path.startsWith('content/'))) {
    const bytes = await readFile(join(server.dataFolder, file));
    assert.ok(!bytes.includes(token), file);
    assert.ok(!bytes.includes(ada.password), file);
  }
});

test('a token is revoked at once, by its owner, an administrator or itself', async () => {
  const revokers = await Promise.all(
    Array.from({ length: 3 }, () => newToken(ada, { permissions: ['search'] })),
  );
  const [one, two, three] = revokers;
  assert.ok(one && two && three);
  await ok(ada.session.delete(`/api/tokens/${one.id}`), 204);
  await ok(admin.api.delete(`/api/tokens/${two.id}`), 204);
  await ok(server.api.as(three.token).delete(`/api/tokens/${three.id}`), 204);
  for (const { token } of revokers) await tokenInvalid(server.api.as(token));
  await refused(ada.session.delete(`/api/tokens/${one.id}`), 404, 'not-found');
  const stranger = await addUser(admin, 'stranger', ['search']);
  const kept = await newToken(ada, { permissions: ['search'] });
  await refused(stranger.session.delete(`/api/tokens/${kept.id}`), 404, 'not-found');
  await ok(server.api.as(kept.token).get('/api/auth/me'));
});

test('a token says what it is and lasts as long as asked, within the limit', async () => {
  const before = Date.now();
  const days = async (body: object) => {
    const { expiresAt } = await newToken(ada, { permissions: ['search'], ...body });
    return Math.round((Date.parse(expiresAt) - before) / 86_400_000);
  };
  assert.equal(await days({}), 90);
  assert.equal(await days({ expiresInDays: 1 }), 1);
  const body = { name: 'x', permissions: ['search'] };
  for (const more of [
    { expiresInDays: 366 },
    { expiresInDays: 0 },
    { name: ' ' },
    { permissions: [] },
    { permissions: ['root'] },
    { packagePatterns: ['a b'] },
    { packagePatterns: Array.from({ length: 21 }, () => 'a*') },
  ]) {
    await refused(ada.session.post('/api/tokens', { ...body, ...more }), 400, 'invalid-request');
  }
  const limited = { ...body, permissions: ['admin'], packagePatterns: ['a*'] };
  await refused(admin.session.post('/api/tokens', limited), 400, 'invalid-request');
});
