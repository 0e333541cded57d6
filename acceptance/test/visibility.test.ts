// Who sees a package, over HTTP: what is said about it, and what others find out.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Api, ok, type Page, refused } from '../src/call.ts';
import {
  begin,
  type Download,
  decided,
  declared,
  type Named,
  type Package,
  type Published,
  publish,
  smallPackage,
  type Upload,
  upload,
} from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator, type User } from '../src/users.ts';

const server = await startServer({
  ASSAY_REQUESTS_PER_MINUTE: '1000000',
  ASSAY_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
  ASSAY_SESSION_USES: '1000000',
  ASSAY_WORKER_POLL_MS: '10',
});
const admin = await enterAsAdministrator(server);
const [ada, eve] = [await addUser(admin, 'ada'), await addUser(admin, 'eve')];
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

/** Published from the first on for whom it is said. */
async function publishFor(api: Api, named: Named, access: object): Promise<Pick<Published, 'packageId'>> {
  const { id } = await upload(api, named, await smallPackage(named.name), { ...access });
  const { outcome, packageId } = await decided(api, id);
  assert.equal(outcome.state, 'published');
  return { packageId: packageId ?? '' };
}

const listed = async (api: Api, query: Record<string, string | number> = {}) =>
  (await ok(api.get<Page<Package>>('/api/packages', query))).items.map(({ name }) => name);
const found = async (api: Api, q: string) =>
  (await ok(api.get<Page<Package>>('/api/packages/search', { q }))).items.map(({ name }) => name);

/** Whether every way to a package shows it to the user; all of them must agree. */
async function sees(user: User, packageId: string, name: string): Promise<boolean> {
  const paths = ['', '/versions', '/versions/1.0.0', '/checks', '/verdicts', '/files', '/files/README.md'];
  const answers: Record<string, boolean> = {};
  for (const [which, api] of Object.entries({ token: user.api, session: user.session })) {
    for (const path of [...paths, '/download']) {
      const { status, body } = await api.get<{ detail?: string }>(`/api/packages/${packageId}${path}`);
      if (status === 404) assert.equal(body.detail, `There is no package "${packageId}".`);
      else assert.equal(status, 200, `${path} answers ${status}`);
      answers[`${which} ${path}`] = status === 200;
    }
    answers[`${which} list`] = (await listed(api)).includes(name);
    answers[`${which} name`] = (await listed(api, { name })).includes(name);
    answers[`${which} search`] = (await found(api, name)).includes(name);
  }
  const [one] = Object.values(answers);
  assert.deepEqual(
    answers,
    Object.fromEntries(Object.keys(answers).map((way) => [way, one])),
    'the ways to a package do not agree',
  );
  return one === true;
}

describe('a package', () => {
  test('is everybody’s when nothing is said', async () => {
    const { packageId } = await publish(ada.api, { name: 'open-tool' });
    const { visibility, visibleTo, sensitive, allowedGroups } = await ok(
      eve.api.get<Package>(`/api/packages/${packageId}`),
    );
    assert.deepEqual(
      { visibility, visibleTo, sensitive, allowedGroups },
      { visibility: 'everybody', visibleTo: [], sensitive: false, allowedGroups: [] },
    );
    assert.equal(await sees(eve, packageId, 'open-tool'), true);
  });

  test('that is published for its owner alone is seen by nobody else, at no moment and in no way', async () => {
    const named = { name: 'own-tool' };
    const { packageId } = await publishFor(ada.api, named, { visibility: 'owner' });
    assert.equal(await sees(ada, packageId, named.name), true);
    assert.equal(await sees(admin, packageId, named.name), true);
    assert.equal(await sees(eve, packageId, named.name), false);
    const refusal = await refused(
      eve.api.post('/api/uploads', declared({ ...named, version: '2.0.0' }, 1_000)),
      409,
      'name-taken',
    );
    assert.equal(refusal.detail, 'The code name "own-tool" is taken.');
    const explained = (name: string) =>
      refused(eve.api.post('/api/validate', { package: { kind: 'code', name } }), 404, 'not-found');
    assert.equal((await explained(named.name)).detail, 'There is no package "own-tool".');
    assert.equal((await explained('no-tool')).detail, 'There is no package "no-tool".');
    const { items } = await ok(eve.api.get<Page<{ subject: object }>>('/api/history/downloads'));
    assert.equal(JSON.stringify(items).includes(named.name), false, 'asking in vain tells no name');
  });

  test('is opened and closed by its maintainers, in force at once', async () => {
    const { packageId } = await publish(ada.api, { name: 'turned-tool' });
    const path = `/api/packages/${packageId}`;
    for (let nth = 0; nth < 3; nth++) {
      await ok(ada.api.patch(path, { visibility: 'owner' }));
      assert.equal(await sees(eve, packageId, 'turned-tool'), false);
      await refused(eve.api.patch(path, { visibility: 'everybody' }), 404, 'not-found');
      await ok(ada.api.patch(path, { visibility: 'everybody' }));
      assert.equal(await sees(eve, packageId, 'turned-tool'), true);
      await refused(eve.api.patch(path, { visibility: 'owner' }), 403, 'permission-denied');
    }
  });

  test('that was open has given out addresses, which stay good for their few minutes and are given no more', async () => {
    const { packageId, bytes } = await publish(ada.api, { name: 'closed-tool' });
    const { url, expiresAt } = await ok(eve.api.get<Download>(`/api/packages/${packageId}/download`));
    await ok(ada.api.patch(`/api/packages/${packageId}`, { visibility: 'owner' }));
    assert.ok(new Date(expiresAt).getTime() - Date.now() <= 300_000);
    const response = await fetch(url);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes);
    await refused(eve.api.get(`/api/packages/${packageId}/download`), 404, 'not-found');
  });
});

describe('a package for a group', () => {
  test('is seen by who is in it, from the moment of joining to the moment of leaving', async () => {
    const dan = await addUser(admin, 'dan');
    const [readers, others] = [await addGroup(admin, 'readers', []), await addGroup(admin, 'others', [dan])];
    const named = { name: 'shared-tool' };
    const access = { visibility: 'groups', visibleTo: [readers] };
    const { packageId } = await publishFor(ada.api, named, access);
    const member = `/api/groups/${readers}/members/${dan.id}`;
    for (let nth = 0; nth < 3; nth++) {
      assert.equal(await sees(dan, packageId, named.name), false);
      await ok(admin.api.put(member), 204);
      // Asked so often that whatever is remembered is.
      for (let again = 0; again < 3; again++) assert.equal(await sees(dan, packageId, named.name), true);
      await ok(admin.api.delete(member), 204);
    }
    assert.equal(await sees(dan, packageId, named.name), false);
    await ok(ada.api.patch(`/api/packages/${packageId}`, { visibleTo: [readers, others] }));
    assert.equal(await sees(dan, packageId, named.name), true);
    await ok(admin.api.delete(`/api/groups/${others}`), 204);
    assert.equal(await sees(dan, packageId, named.name), false);
  });

  test('is its maintainers’ too, when they are another group', async () => {
    const maker = await addUser(admin, 'maker');
    const makers = await addGroup(admin, 'makers', [ada, maker]);
    const { packageId } = await publishFor(ada.api, { name: 'team-tool' }, { visibility: 'owner' });
    assert.equal(await sees(maker, packageId, 'team-tool'), false);
    await ok(ada.api.patch(`/api/packages/${packageId}`, { groupId: makers }));
    assert.equal(await sees(maker, packageId, 'team-tool'), true);
    await ok(admin.api.delete(`/api/groups/${makers}/members/${maker.id}`), 204);
    assert.equal(await sees(maker, packageId, 'team-tool'), false);
  });

  test('needs groups that there are', async () => {
    const { packageId } = await publish(ada.api, { name: 'refused-tool' });
    const path = `/api/packages/${packageId}`;
    for (const body of [
      { visibility: 'groups' },
      { visibility: 'groups', visibleTo: [] },
      { visibleTo: ['nobody'] },
      { allowedGroups: ['nobody'] },
      { visibility: 'friends' },
      { visibleTo: Array.from({ length: 101 }, (_, nth) => `group-${nth}`) },
    ]) {
      await refused(ada.api.patch(path, body), 400, 'invalid-request');
      const wanted = declared({ name: 'refused-new-tool' }, 1_000, body);
      await refused(ada.api.post('/api/uploads', wanted), 400, 'invalid-request');
    }
    assert.equal((await ok(eve.api.get<Package>(path))).visibility, 'everybody');
  });
});

describe('an upload', () => {
  test('says who sees a package that is new, and nothing else about one that there is', async () => {
    const named = { name: 'grown-tool' };
    const { packageId } = await publishFor(ada.api, named, { visibility: 'owner', sensitive: true });
    const begun = (access: object) => begin(ada.api, { ...named, version: '2.0.0' }, 1_000, { ...access });
    for (const access of [{}, { visibility: 'owner' }, { sensitive: true }]) await begun(access);
    const opening = declared({ ...named, version: '2.0.0' }, 1_000, { visibility: 'everybody' });
    const { detail } = await refused(ada.api.post('/api/uploads', opening), 409, 'state-conflict');
    assert.match(detail, /visibility: owner → everybody/);
    const { visibility, sensitive } = await ok(ada.api.get<Package>(`/api/packages/${packageId}`));
    assert.deepEqual([visibility, sensitive], ['owner', true]);
  });

  test('in one request says the same with fields of its form', async () => {
    const readers = await addGroup(admin, 'form-readers', [eve]);
    const sent = async (name: string, fields: Record<string, string>) => {
      const form = new FormData();
      const all = { package_name: name, version: '1.0.0', ...fields };
      for (const [field, value] of Object.entries(all)) form.append(field, value);
      const bytes = new Uint8Array(await smallPackage(name));
      form.append('file', new Blob([bytes], { type: 'application/zip' }), 'package.zip');
      const headers = { authorization: `Bearer ${ada.api.token}` };
      const response = await fetch(new URL('/api/packages/upload', server.url), {
        method: 'POST',
        headers,
        body: form,
      });
      return { status: response.status, upload: (await response.json()) as Upload };
    };
    const access = { visibility: 'groups', visible_to: ` ${readers} , ${readers}`, sensitive: 'true' };
    const { status, upload: begun } = await sent('form-tool', { ...access, allowed_groups: '' });
    assert.equal(status, 201);
    const { packageId } = await decided(ada.api, begun.id);
    const pkg = await ok(eve.api.get<Package>(`/api/packages/${packageId}`));
    assert.deepEqual([pkg.visibility, pkg.visibleTo, pkg.sensitive], ['groups', [readers], true]);
    for (const fields of [{ visibility: 'friends' }, { sensitive: 'perhaps' }, { visible_to: 'nobody' }]) {
      assert.equal((await sent('other-form-tool', fields)).status, 400);
    }
  });
});

test('pages fill with what one may see, and tell nothing of what lies between', async () => {
  const names = Array.from({ length: 24 }, (_, nth) => `filling-${nth}`);
  for (const [nth, name] of names.entries()) {
    await publishFor(ada.api, { name, kind: 'dataset' }, nth % 6 === 0 ? {} : { visibility: 'owner' });
  }
  const open = names.filter((_, nth) => nth % 6 === 0).toReversed();
  for (const path of ['/api/packages', '/api/packages/search']) {
    const query = path.endsWith('search') ? { q: 'filling' } : {};
    const pages: (readonly string[])[] = [];
    let after: string | null | undefined;
    do {
      const page: Page<Package> = await ok(
        eve.api.get(path, { ...query, kind: 'dataset', limit: 2, after: after ?? undefined }),
      );
      pages.push(page.items.map(({ name }) => name));
      after = page.next;
    } while (after !== null);
    assert.deepEqual(pages, [open.slice(0, 2), open.slice(2, 4)], path);
  }
});
