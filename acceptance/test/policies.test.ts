// Policies of administrators, over HTTP: how they are changed, what they forbid at every face of a download, and what is told
// about it; also across processes and restarts.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Api, ok, type Page, refused, waitFor } from '../src/call.ts';
import { type Download, type Package, publish, smallPackage } from '../src/packages.ts';
import { removeTemporaryFolders, ServerProcess, startServer } from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator } from '../src/users.ts';

interface Policies {
  readonly number: number;
  readonly text: string;
  readonly reason: string;
  readonly author: { readonly name: string };
}

interface InForce {
  readonly version: Policies | null;
  readonly policies: readonly { readonly id: string; readonly builtIn: boolean }[];
  readonly fault: string | null;
}

interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  readonly policies: readonly string[];
}

interface Replay {
  readonly decided: number;
  readonly nowDenied: number;
  readonly nowAllowed: number;
  readonly different: readonly {
    readonly user: { readonly name: string };
    readonly before: Decision;
    readonly after: Decision;
  }[];
  readonly complete: boolean;
}

const settings = { ASSAY_SESSION_USES: '1000000', ASSAY_REQUESTS_PER_MINUTE: '1000000' };
const server = await startServer(settings);
const admin = await enterAsAdministrator(server);
const [ada, bob] = [await addUser(admin, 'ada'), await addUser(admin, 'bob', ['search', 'download'])];
const { packageId: id } = await publish(ada.api, { name: 'weights' }, await smallPackage('weights'));
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

const reason = 'The auditors want it.';
const download = (api: Api) => api.get<Download>(`/api/packages/${id}/download`);
const readFile = (api: Api) => api.get(`/api/packages/${id}/files/README.md`);
const explain = (api: Api, more: object = {}) =>
  ok(api.post<Decision>('/api/validate', { package: id, ...more }), 200);

async function put(text: string, api = admin.api): Promise<Policies> {
  const { version } = await ok(api.get<InForce>('/api/policies'), 200);
  return ok(api.put<Policies>('/api/policies', { text, reason, expected: version?.number ?? 0 }), 200);
}

const notBob = `@id("not-bob")
@reason("{package} is not for {user}.")
forbid (principal, action in Action::"content", resource)
when { principal.name == "bob" };`;

describe('policies', { concurrency: false }, () => {
  test('there are built-in ones from the first start on, and none of administrators', async () => {
    const { version, policies, fault } = await ok(admin.api.get<InForce>('/api/policies'), 200);
    assert.deepEqual([version, fault], [null, null]);
    assert.ok(policies.length >= 10 && policies.every(({ builtIn }) => builtIn));
  });

  test('forbid a download and every file inside at once, and whoever is denied is told why', async () => {
    await ok(download(bob.api), 200);
    assert.equal((await put(notBob)).number, 1);
    for (const api of [bob.api, bob.session]) {
      for (const ask of [download, readFile]) {
        const { detail } = await refused(ask(api), 403, 'permission-denied');
        assert.equal(detail, 'weights is not for bob.');
      }
    }
    await ok(download(ada.api), 200);
    const expected = {
      allowed: false,
      reason: 'weights is not for bob.',
      policies: ['not-bob'],
      validator: false,
    };
    assert.deepEqual(await explain(bob.api), expected);
    assert.deepEqual(await explain(admin.api, { user: 'bob' }), expected);
    assert.equal((await explain(admin.api, { user: ada.id, version: '1.0.0' })).allowed, true);
    await refused(bob.api.post('/api/validate', { package: id, user: 'ada' }), 403, 'permission-denied');
  });

  test('every decision is in the audit log, with what it rests on and the policies that determined it', async () => {
    const { items } = await ok(
      admin.api.get<
        Page<{ outcome: string; reason: string; decision?: { inputs: object; policies: string[] } }>
      >('/api/audit', { package: id, user: bob.id, operation: 'version.download' }),
    );
    const [denied] = items;
    const allowed = items.at(-1);
    assert.deepEqual([denied?.outcome, denied?.decision?.policies], ['denied', ['not-bob']]);
    assert.equal(denied?.reason, 'weights is not for bob.');
    assert.deepEqual([allowed?.outcome, allowed?.decision?.policies], ['succeeded', ['published']]);
    assert.match(JSON.stringify(denied?.decision?.inputs), /"name":"weights"/);
    const mine = await ok(bob.session.get<Page<object>>('/api/history/downloads'));
    assert.ok(mine.items.every((entry) => !('decision' in entry)));
  });

  test('a draft is tried on past downloads before it is in force', async () => {
    const period = { from: new Date(Date.now() - 3_600_000).toISOString(), until: new Date().toISOString() };
    const replay = (text: string) =>
      ok(admin.api.post<Replay>('/api/policies/replay', { text, ...period }), 200);
    const without = await replay('');
    assert.ok(without.complete && without.nowAllowed >= 4 && without.nowDenied === 0);
    assert.ok(without.different.every(({ user, before }) => user.name === 'bob' && !before.allowed));
    const stricter = await replay('@id("nobody") forbid (principal, action, resource);');
    assert.ok(stricter.nowDenied >= 2 && stricter.nowAllowed === 0);
    assert.deepEqual(stricter.different[0]?.after.policies, ['nobody']);
    await ok(download(ada.api), 200);
  });

  test('a text with faults is refused with their places, and what is in force stays', async () => {
    const body = {
      text: `${notBob}\n@id("x") forbid (principal, action, resource)\nwhen { 1 };`,
      reason,
      expected: 1,
    };
    const { detail } = await refused(admin.api.put('/api/policies', body), 400, 'policy-invalid');
    assert.match(detail, /^Line 6, column \d+: /);
    const deep = `@id("x") forbid (principal, action, resource) when { ${'('.repeat(9_000)} };`;
    await refused(admin.api.put('/api/policies', { text: deep, reason, expected: 1 }), 400, 'policy-invalid');
    await refused(admin.api.put('/api/policies', { text: '', reason, expected: 0 }), 409, 'state-conflict');
    await refused(download(bob.api), 403, 'permission-denied');
  });

  test('hide packages from everybody whom they forbid to know of them, administrators too', async () => {
    const insiders = await addGroup(admin, 'insiders', [ada]);
    await put(`@id("insiders-only") forbid (principal, action == Action::"view", resource)
      when { resource.name == "weights" } unless { principal in Group::"${insiders}" };`);
    for (const api of [bob.api, admin.api, admin.session]) {
      for (const path of ['', '/versions', '/versions/1.0.0', '/files', '/files/README.md', '/download']) {
        await refused(api.get(`/api/packages/${id}${path}`), 404, 'not-found');
      }
      await refused(api.post('/api/validate', { package: id }), 404, 'not-found');
      const listed = await ok(api.get<Page<Package>>('/api/packages', { name: 'weights' }));
      const found = await ok(api.get<Page<Package>>('/api/packages/search', { q: 'weights' }));
      assert.deepEqual([listed.items, found.items], [[], []]);
    }
    await ok(download(ada.api), 200);
    await ok(admin.api.delete(`/api/groups/${insiders}/members/${ada.id}`), 204);
    await refused(download(ada.api), 404, 'not-found');
    await put('');
    await ok(download(bob.api), 200);
  });

  test('every version of them stays readable, and an earlier text can be put back', async () => {
    const versions = await admin.api.all<Policies>('/api/policies/versions', { limit: 2 });
    assert.deepEqual(
      versions.map(({ number }) => number),
      [3, 2, 1],
    );
    const first = await ok(admin.api.get<Policies>('/api/policies/versions/1'), 200);
    assert.deepEqual([first.text, first.reason, first.author.name], [notBob, reason, 'admin']);
    assert.equal((await put(first.text)).number, 4);
    await refused(download(bob.api), 403, 'permission-denied');
    await refused(bob.api.get('/api/policies'), 403, 'permission-denied');
  });

  test('are in force in another process within a moment, and after a restart', async () => {
    const other = await ServerProcess.start(server.dataFolder, settings);
    try {
      const [there, adminThere] = [new Api(other.url, bob.api.token), new Api(other.url, admin.api.token)];
      await refused(download(there), 403, 'permission-denied');
      await put('');
      await waitFor('the other process to notice', async () => (await download(there)).status === 200);
      await put(notBob, adminThere);
      await waitFor('this process to notice', async () => (await download(bob.api)).status === 403);
    } finally {
      await other.stop();
    }
  });
});
