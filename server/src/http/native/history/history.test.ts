import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { someAuditEntry, someJob } from '../../../../test/support/samples.ts';
import { testApp } from '../../../../test/support/test-app.ts';
import { type SignedIn, type TestRegistry, testRegistry } from '../../../../test/support/test-registry.ts';
import type { AuditEntry } from '../../../core/audit/index.ts';

let fixture: TestRegistry;
let app: Awaited<ReturnType<typeof testApp>>;
let ada: SignedIn;
let root: SignedIn;

beforeEach(async () => {
  fixture = await testRegistry();
  app = await testApp(fixture);
  [ada, root] = [await fixture.signIn('ada', ['search']), await fixture.signIn('root', ['admin'])];
});
afterEach(() => app.close());

async function get(url: string, who: SignedIn) {
  const answer = await app.inject({ url, headers: who.headers });
  return { status: answer.statusCode, ...answer.json() };
}

const actor = ({ user }: SignedIn) => ({ userId: user.id, userName: user.name, tokenId: null });

async function done(...entries: Partial<AuditEntry>[]): Promise<AuditEntry[]> {
  const made = entries.map((entry) => someAuditEntry({ actor: actor(ada), ...entry }));
  await fixture.registry.audit.append(made);
  return made;
}

const idsOf = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);

test('the audit log is for administrators', async () => {
  await done({});
  assert.equal((await get('/api/audit', ada)).status, 403);
  assert.equal((await app.inject('/api/audit')).statusCode, 401);
});

test('the audit log is filtered by everything, repeated operations included, and paged', async () => {
  const [wanted, also] = await done(
    { operation: 'version.download', outcome: 'denied', reason: 'permission-denied' },
    { operation: 'version.read-file', outcome: 'denied' },
    { operation: 'package.read', outcome: 'denied' },
    { operation: 'version.download' },
    { operation: 'version.download', outcome: 'denied', actor: null },
    { operation: 'version.download', outcome: 'denied', at: new Date('2026-01-30T00:00:00Z') },
  );
  const filter =
    `user=${ada.user.id}&package=p1&version=v1&operation=version.download&operation=version.read-file` +
    '&outcome=denied&from=2026-01-31T00:00:00Z&until=2026-02-01T00:00:00Z';
  const first = await get(`/api/audit?${filter}&limit=1`, root);
  assert.deepEqual(idsOf(first), [also?.id]);
  const second = await get(`/api/audit?${filter}&limit=1&after=${first.next}`, root);
  assert.deepEqual([idsOf(second), second.next], [[wanted?.id], null]);
  assert.deepEqual(second.items[0], {
    ...wanted,
    at: '2026-01-31T12:00:00.000Z',
    actor: { userId: ada.user.id, userName: 'ada', tokenId: null },
  });
});

test('an unknown operation, outcome and time are refused', async () => {
  for (const filter of ['operation=version.steal', 'outcome=unclear', 'from=yesterday']) {
    assert.equal((await get(`/api/audit?${filter}`, root)).status, 400, filter);
  }
});

test('histories show one’s own uploads and downloads, with what was refused', async () => {
  const [upload, download, refused] = await done(
    { operation: 'upload.complete' },
    { operation: 'version.download' },
    { operation: 'version.download', outcome: 'denied' },
    { operation: 'package.read' },
    { operation: 'version.download', actor: actor(root) },
  );
  assert.deepEqual(idsOf(await get('/api/history/uploads', ada)), [upload?.id]);
  assert.deepEqual(idsOf(await get('/api/history/downloads', ada)), [refused?.id, download?.id]);
  const well = await get('/api/history/downloads?outcome=succeeded', ada);
  assert.deepEqual(idsOf(well), [download?.id]);
});

test('somebody else’s history is for administrators; to others that user is not there', async () => {
  const [download] = await done({});
  const bob = await fixture.signIn('bob', []);
  const query = `?user=${ada.user.id}`;
  assert.deepEqual(idsOf(await get(`/api/history/downloads${query}`, root)), [download?.id]);
  for (const path of ['uploads', 'downloads', 'daily']) {
    const other = await get(`/api/history/${path}${query}`, bob);
    const nobody = await get(`/api/history/${path}?user=nobody`, bob);
    assert.deepEqual([other.status, nobody.status], [404, 404], path);
  }
});

test('days are counted for oneself, for a package, and for everybody by administrators', async () => {
  await done(
    { operation: 'package.upload' },
    { operation: 'version.download' },
    { operation: 'version.read-file', subject: { packageId: 'p2', sizeBytes: 1 } },
    { at: new Date('2026-01-29T23:00:00Z') },
    { actor: actor(root) },
    { outcome: 'denied' },
    { at: new Date('2025-12-01T00:00:00Z') },
  );
  const thirtieth = { day: '2026-01-29', uploads: 0, uploadedBytes: 0, downloads: 1, downloadedBytes: 10 };
  assert.deepEqual((await get('/api/history/daily', ada)).days, [
    thirtieth,
    { day: '2026-01-31', uploads: 1, uploadedBytes: 10, downloads: 2, downloadedBytes: 11 },
  ]);
  assert.deepEqual((await get('/api/history/daily?package=p2', ada)).days, [
    { day: '2026-01-31', uploads: 0, uploadedBytes: 0, downloads: 1, downloadedBytes: 1 },
  ]);
  const everybody = await get('/api/history/daily?from=2026-01-31&until=2026-01-31', root);
  assert.deepEqual(everybody.days, [
    { day: '2026-01-31', uploads: 1, uploadedBytes: 10, downloads: 3, downloadedBytes: 21 },
  ]);
});

test('too long a span, and one that ends before it begins, are refused', async () => {
  for (const span of ['from=2024-01-01&until=2026-01-01', 'from=2026-02-01&until=2026-01-01', 'from=today']) {
    assert.equal((await get(`/api/history/daily?${span}`, ada)).status, 400, span);
  }
});

test('dead jobs are listed for administrators and run again when told to, once', async () => {
  const { registry, clock } = fixture;
  const job = someJob({ id: 'check-1', runAt: clock.now() });
  await registry.commit([{ change: 'job.queue', job }]);
  const leased = await registry.jobs.lease([job.kind], clock.now(), 1_000);
  assert.ok(leased);
  await registry.jobs.fail(leased, 'the disk is full', null, clock.now());
  const { items } = await get('/api/jobs/dead', root);
  assert.deepEqual(items, [
    {
      id: 'check-1',
      kind: 'check-version',
      payload: { versionId: 'v1' },
      attempts: 1,
      failedAt: clock.now().toISOString(),
      failure: 'the disk is full',
    },
  ]);
  const retry = async (who: SignedIn) =>
    (await app.inject({ method: 'POST', url: '/api/jobs/check-1/retry', headers: who.headers })).statusCode;
  assert.equal((await get('/api/jobs/dead', ada)).status, 403);
  assert.equal(await retry(ada), 403);
  assert.equal(await retry(root), 202);
  assert.equal(await retry(root), 409);
  assert.equal((await registry.jobs.lease([job.kind], clock.now(), 1_000))?.attempt, 1);
});

test('a token that is limited to some packages does not read the history, which is about all', async () => {
  await done({});
  const { headers } = await fixture.addToken(ada.user, { packagePatterns: ['vad-*'] });
  for (const url of ['/api/history/uploads', '/api/history/downloads', '/api/history/daily']) {
    assert.equal((await get(url, { ...ada, headers })).code, 'permission-denied', url);
  }
});
