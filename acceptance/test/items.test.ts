// The curated catalogue, and the welcome of the registry.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ok, refused } from '../src/call.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const server = await startServer();
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

interface Item {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly createdBy: string;
}

const item = { name: 'A guide', description: 'How to begin', category: 'guides' };

test('an item that was created is read and listed as it is, with who made it', async () => {
  const answer = await ada.api.post<Item>('/items', item);
  const created = await ok(Promise.resolve(answer), 201);
  assert.equal(answer.headers.get('location'), `/items/${created.id}`);
  assert.deepEqual(await ok(ada.api.get(`/items/${created.id}`), 200), created);
  const { name, description, category, createdBy } = created;
  assert.deepEqual({ name, description, category, createdBy }, { ...item, createdBy: 'ada' });
});

test('items are listed oldest first, by category too, page by page', async () => {
  for (const name of ['one', 'two', 'three']) {
    await ok(ada.api.post('/items', { name, description: 'x', category: 'counted' }), 201);
  }
  const names = (await ada.api.all<Item>('/items', { category: 'counted', limit: 2 })).map((one) => one.name);
  assert.deepEqual(names, ['one', 'two', 'three']);
});

test('empty and over-long texts are refused with their limit, and so are callers without permission', async () => {
  const { detail } = await refused(ada.api.post('/items', { ...item, name: ' ' }), 400, 'invalid-request');
  assert.match(detail, /1 to 200/);
  const long = { ...item, description: 'x'.repeat(5_001) };
  assert.match((await refused(ada.api.post('/items', long), 400, 'invalid-request')).detail, /5001 .*5000/);
  await refused(server.api.get('/items'), 401, 'unauthenticated');
  const reader = await addUser(admin, 'reader', ['search']);
  await refused(reader.api.post('/items', item), 403, 'permission-denied');
  await refused(ada.api.get('/items/no-such-item'), 404, 'not-found');
});

test('programs are welcomed with the places to go on from, and each of them answers', async () => {
  const welcome = await ok(server.api.get<Record<string, string>>('/'), 200);
  assert.equal(welcome.name, 'Assay');
  for (const place of ['openapi', 'docs', 'health']) {
    const { status } = await server.api.get(welcome[place] ?? '');
    assert.ok(status === 200 || status === 302, `${welcome[place]} answered ${status}`);
  }
});
