// Who did what to which version, from where, with what outcome; and what follows from it: histories and counts.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { unsafePackage } from '../src/bad-packages.ts';
import { type Api, ok, refused, waitFor } from '../src/call.ts';
import { begin, type Download, decided, publish, upload } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator, logIn } from '../src/users.ts';

const server = await startServer();
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
const grace = await addUser(admin, 'grace', ['search', 'download']);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

interface Entry {
  readonly id: string;
  readonly at: string;
  readonly operation: string;
  readonly actor: {
    readonly userId: string;
    readonly userName: string;
    readonly tokenId: string | null;
  } | null;
  readonly address: string;
  readonly requestId: string;
  readonly subject: Readonly<Record<string, string | number>>;
  readonly outcome: 'succeeded' | 'denied' | 'failed';
  readonly reason: string | null;
}

const entries = (query: Record<string, string | number> = {}) => admin.api.all<Entry>('/api/audit', query);

/** The newest entry of an operation; those of reading operations come a moment later. */
function entryOf(operation: string, query: Record<string, string> = {}): Promise<Entry> {
  return waitFor(`the entry of ${operation}`, async () => (await entries({ operation, ...query }))[0]);
}

describe('the audit log', () => {
  test('has every change, with who, what, from where and why, as soon as it is answered', async () => {
    const { packageId, versionId } = await publish(ada.api, { name: 'audited' });
    const path = `/api/packages/${packageId}`;
    await ok(ada.api.patch(path, { title: 'Changed' }));
    await ok(ada.api.post(`${path}/versions/1.0.0/yank`, { reason: 'because of a bug' }));
    const changes = await entries({ package: packageId });
    assert.deepEqual(
      changes.map(({ operation }) => operation),
      ['version.yank', 'package.change', 'version.decide', 'upload.complete'],
    );
    const [yank] = changes;
    assert.ok(yank?.actor);
    assert.deepEqual([yank.actor.userId, yank.actor.userName], [ada.id, 'ada']);
    assert.deepEqual(
      [yank.outcome, yank.reason, yank.address],
      ['succeeded', 'because of a bug', '127.0.0.1'],
    );
    assert.deepEqual(yank.subject, { packageId, packageName: 'audited', versionId, versionLabel: '1.0.0' });
    assert.ok(Math.abs(Date.parse(yank.at) - Date.now()) < 60_000);
    const decision = changes.find(({ operation }) => operation === 'version.decide');
    assert.deepEqual([decision?.actor, decision?.reason], [null, 'published'], 'the registry itself decided');
  });

  test('has refusals, with the reason and the requestId that the caller was told', async () => {
    const problem = await refused(grace.api.get('/api/users'), 403, 'permission-denied');
    const denied = await entryOf('user.list', { outcome: 'denied', user: grace.id });
    assert.deepEqual([denied.requestId, denied.reason], [problem.requestId, 'permission-denied']);
    await refused(
      server.api.post('/api/auth/login', { name: 'ada', password: 'wrong' }),
      401,
      'login-failed',
    );
    const login = await entryOf('account.log-in', { outcome: 'denied' });
    assert.deepEqual([login.actor, login.reason, login.subject.id], [null, 'login-failed', 'ada']);
  });

  test('has readings a moment later, and downloads with their size', async () => {
    const { packageId } = await publish(ada.api, { name: 'read-and-downloaded' });
    await ok(grace.api.get(`/api/packages/${packageId}`));
    const reading = await entryOf('package.read', { package: packageId });
    assert.equal(reading.actor?.userName, 'grace');
    const { sizeBytes } = await ok(grace.api.get<Download>(`/api/packages/${packageId}/download`));
    const [download] = await entries({ operation: 'version.download', package: packageId });
    assert.equal(download?.subject.sizeBytes, sizeBytes);
    assert.equal(download?.outcome, 'succeeded');
    await ok(grace.api.get(`/api/packages/${packageId}/files/README.md`));
    assert.equal((await entryOf('version.read-file', { package: packageId })).subject.id, 'README.md');
  });

  test('is told the address of the connection, whatever a header says', async () => {
    await server.api.call('POST', '/api/auth/login', {
      body: { name: 'from-elsewhere', password: 'x' },
      headers: { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '203.0.113.7', forwarded: 'for=203.0.113.7' },
    });
    const login = await waitFor('the entry', async () =>
      (await entries({ operation: 'account.log-in' })).find(({ subject }) => subject.id === 'from-elsewhere'),
    );
    assert.equal(login.address, '127.0.0.1');
  });

  test('is read by administrators only, filtered and paged', async () => {
    await refused(ada.api.get('/api/audit'), 403, 'permission-denied');
    await refused(server.api.get('/api/audit'), 401, 'unauthenticated');
    const byAda = await entries({ user: ada.id });
    assert.ok(byAda.length > 5 && byAda.every(({ actor }) => actor?.userId === ada.id));
    const times = byAda.map(({ at }) => Date.parse(at));
    assert.deepEqual(
      times,
      times.toSorted((one, other) => other - one),
      'newest first',
    );
    const paged = await entries({ user: ada.id, limit: 3, until: byAda[0]?.at ?? '' });
    assert.deepEqual(new Set(paged.map(({ id }) => id)).size, paged.length);
    const middle = byAda[Math.floor(byAda.length / 2)]?.at ?? '';
    assert.ok((await entries({ user: ada.id, from: middle })).every(({ at }) => at >= middle));
    const two = await admin.api.all<Entry>('/api/audit?operation=version.yank&operation=package.change');
    assert.deepEqual(
      new Set(two.map(({ operation }) => operation)),
      new Set(['version.yank', 'package.change']),
    );
    for (const query of [
      { operation: 'nonsense' },
      { outcome: 'nonsense' },
      { from: 'yesterday' },
      { limit: 0 },
    ]) {
      await refused(admin.api.get('/api/audit', query), 400, 'invalid-request');
    }
    await refused(admin.api.get('/api/audit', { after: 'nonsense' }), 400, 'invalid-cursor');
  });

  test('is append-only: no method changes or removes an entry', async () => {
    const [entry] = await entries({ limit: 1 });
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      for (const path of ['/api/audit', `/api/audit/${entry?.id}`]) {
        await refused(admin.api.call(method, path), 404, 'not-found');
      }
    }
  });

  test('has neither passwords nor tokens nor file contents', async () => {
    const { token } = await logIn(server.api, ada.name, ada.password);
    const text = JSON.stringify(await entries());
    for (const secret of [ada.password, token, ada.api.token, admin.api.token]) {
      assert.ok(secret !== undefined && !text.includes(secret));
    }
  });
});

describe('histories', () => {
  const history = (api: Api, what: 'uploads' | 'downloads', query: Record<string, string | number> = {}) =>
    api.all<Entry>(`/api/history/${what}`, query);

  test('are one’s own; administrators read anybody’s', async () => {
    const { packageId } = await publish(ada.api, { name: 'in-history' });
    await ok(grace.api.get(`/api/packages/${packageId}/download`));
    const uploads = await history(ada.api, 'uploads', { package: packageId });
    assert.deepEqual(
      uploads.map(({ operation }) => operation),
      ['upload.complete'],
    );
    assert.deepEqual(await history(grace.api, 'uploads'), []);
    assert.equal((await history(grace.api, 'downloads', { package: packageId, limit: 1 })).length, 1);
    assert.deepEqual(await history(admin.api, 'uploads', { user: ada.id, package: packageId }), uploads);
    await refused(grace.api.get('/api/history/uploads', { user: ada.id }), 404, 'not-found');
    await refused(grace.api.get('/api/history/daily', { user: ada.id }), 404, 'not-found');
  });

  test('are counted by day, per package and user, with their bytes', async () => {
    const one = await publish(ada.api, { name: 'counted-one' });
    await publish(ada.api, { name: 'counted-one', version: '2.0.0' });
    for (let i = 0; i < 3; i++)
      await ok(grace.api.get(`/api/packages/${one.packageId}/download`, { version: '1.0.0' }));
    interface Day {
      readonly day: string;
      readonly uploads: number;
      readonly downloads: number;
      readonly uploadedBytes: number;
      readonly downloadedBytes: number;
    }
    const days = async (api: Api, query: Record<string, string> = {}) =>
      (await ok(api.get<{ days: Day[] }>('/api/history/daily', { package: one.packageId, ...query }))).days;
    const sum = (counted: Day[], field: Exclude<keyof Day, 'day'>) =>
      counted.reduce((total, day) => total + day[field], 0);
    assert.equal(sum(await days(ada.api), 'uploads'), 2);
    assert.equal(sum(await days(ada.api), 'downloads'), 0);
    assert.equal(sum(await days(grace.api), 'downloads'), 3);
    assert.equal(sum(await days(grace.api), 'downloadedBytes'), 3 * one.bytes.length);
    const everybody = await days(admin.api);
    assert.deepEqual([sum(everybody, 'uploads'), sum(everybody, 'downloads')], [2, 3]);
    assert.deepEqual(await days(admin.api, { from: '2020-01-01', until: '2020-01-31' }), []);
    for (const query of [
      { from: '2026-02-30' },
      { from: '2020-01-01', until: '2026-01-01' },
      { from: 'x' },
    ]) {
      await refused(ada.api.get('/api/history/daily', query), 400, 'invalid-request');
    }
  });
});

test('a review is on record with the reviewer’s name and reason', async () => {
  const reviewer = await addUser(admin, 'reviewer', ['search']);
  await addGroup(admin, 'reviewers', [reviewer]);
  const { id } = await upload(ada.api, { name: 'reviewed' }, await unsafePackage());
  const { versionId } = await decided(ada.api, id);
  await ok(reviewer.api.post(`/api/quarantine/${versionId}/reject`, { reason: 'It leads outside.' }));
  const [entry] = await entries({ version: versionId ?? '', operation: 'quarantine.reject' });
  assert.deepEqual([entry?.actor?.userName, entry?.reason], ['reviewer', 'It leads outside.']);
});

test('entries of changes survive a kill', async () => {
  const first = await startServer();
  const owner = await enterAsAdministrator(first);
  const { id } = await begin(owner.api, { name: 'killed-after' }, 100);
  await first.kill();
  const second = await first.again();
  const kept = await second.api.as(owner.api.token).all<Entry>('/api/audit', { operation: 'upload.begin' });
  assert.equal(kept[0]?.subject.id, id);
  await second.stop();
});
