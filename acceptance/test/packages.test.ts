// What the registry holds: lists, search, versions, what maintainers change and take back.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Api, ok, type Page, refused, waitFor } from '../src/call.ts';
import { ownAddresses } from '../src/engines.ts';
import {
  type Download,
  declared,
  digestOf,
  type Kind,
  type Package,
  publish,
  smallPackage,
  type Version,
  zipOf,
} from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator } from '../src/users.ts';

const server = await startServer();
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
const grace = await addUser(admin, 'grace');
const reader = await addUser(admin, 'reader', ['search', 'download']);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

const namesOf = (packages: readonly Package[]) => packages.map(({ name }) => name);

describe('a list', () => {
  test('is newest first, narrowed by kind, owner and name, and paged by cursor', async () => {
    const kinds: readonly Kind[] = ['model', 'dataset', 'code', 'code'];
    for (const [i, kind] of kinds.entries()) await publish(ada.api, { kind, name: `listed-${i}` });
    await publish(grace.api, { name: 'listed-by-grace' });

    const all = namesOf(await reader.api.all<Package>('/api/packages'));
    assert.deepEqual(all, ['listed-by-grace', 'listed-3', 'listed-2', 'listed-1', 'listed-0']);
    assert.deepEqual(namesOf(await reader.api.all<Package>('/api/packages', { limit: 1 })), all);
    const narrowed = async (query: object) =>
      namesOf(await reader.api.all<Package>('/api/packages', { ...query, limit: 1 }));
    assert.deepEqual(await narrowed({ kind: 'code', owner: ada.id }), ['listed-3', 'listed-2']);
    assert.deepEqual(await narrowed({ kind: 'model' }), ['listed-0']);
    assert.deepEqual(await narrowed({ owner: grace.id }), ['listed-by-grace']);
    assert.deepEqual(await narrowed({ name: 'Listed_1' }), ['listed-1']);
    assert.deepEqual(await narrowed({ owner: 'nobody' }), []);
  });

  test('that is read while packages are added shows none twice and none of the older ones is missed', async () => {
    const before = namesOf(await reader.api.all<Package>('/api/packages'));
    const seen: string[] = [];
    let after: string | undefined;
    for (let page = 0; ; page++) {
      const read: Page<Package> = await ok(
        reader.api.get<Page<Package>>('/api/packages', { limit: 2, after }),
      );
      seen.push(...namesOf(read.items));
      if (read.next === null) break;
      after = read.next;
      await publish(ada.api, { name: `added-${page}` });
    }
    assert.deepEqual(seen, before);
  });

  test('refuses a cursor that is not its own, and limits beyond 1 to 200', async () => {
    for (const after of [
      'nonsense',
      'e30',
      Buffer.from('[1,2,3,4]').toString('base64url'),
      'x'.repeat(2_000),
    ]) {
      await refused(reader.api.get('/api/packages', { after }), 400, 'invalid-cursor');
    }
    for (const limit of [0, 201, -1, 1.5, 'many']) {
      await refused(reader.api.get('/api/packages', { limit }), 400, 'invalid-request');
    }
    for (const query of [{ kind: 'thing' }, { state: 'deleted' }, { owner: '../x' }]) {
      await refused(reader.api.get('/api/packages', query), 400, 'invalid-request');
    }
  });
});

describe('search', () => {
  const find = async (q: string, more: object = {}) => {
    const found = await ok(
      reader.api.get<Page<Package> & { complete: boolean }>('/api/packages/search', { q, ...more }),
    );
    assert.equal(found.complete, true);
    return namesOf(found.items);
  };

  test('finds words of names, titles, descriptions and READMEs, those of names first', async () => {
    await publish(ada.api, { name: 'wren' });
    await publish(
      ada.api,
      { name: 'bird-with-readme' },
      await zipOf({ 'README.md': '# Birds\n\nA tiny wren sings.' }),
    );
    const described = { 'package.json': JSON.stringify({ description: 'Counts each wren.' }), 'a.js': '1' };
    await publish(ada.api, { name: 'bird-with-summary' }, await zipOf(described));
    const titled = await publish(ada.api, { name: 'bird-with-title' });
    await ok(ada.api.patch(`/api/packages/${titled.packageId}`, { title: 'The wren' }));

    const found = await find('wren');
    assert.equal(found[0], 'wren');
    assert.equal(found.at(-1), 'bird-with-readme');
    assert.deepEqual(found.toSorted(), ['bird-with-readme', 'bird-with-summary', 'bird-with-title', 'wren']);
    assert.deepEqual(await find('WREN sings'), ['bird-with-readme'], 'all words must occur');
    assert.deepEqual(await find('tiny wr'), ['bird-with-readme'], 'the last may be the beginning of a word');
    assert.deepEqual(await find('wr tiny'), [], 'others may not');
    assert.deepEqual(await find('ostrich'), []);
    assert.deepEqual(await find('wren', { kind: 'model' }), []);
  });

  test('narrows by a version range, and forgets what is yanked', async () => {
    const versions = ['1.0.0', '1.2.5', '2.1.0', '3.0.0-rc.1'];
    const published = [];
    for (const version of versions) published.push(await publish(ada.api, { name: 'ranged', version }));
    const matches = async (range: string) => (await find('ranged', { version: range })).length === 1;
    for (const range of [
      '1.2.5',
      'v1.2.5',
      '1.1.0-2.0.0',
      '~1.2.0',
      '^1.1.0',
      '^2.0.0',
      '3.0.0-rc.1',
      '~3.0.0-rc.0',
    ]) {
      assert.equal(await matches(range), true, range);
    }
    for (const range of ['1.2.4', '1.3.0-2.0.9', '~1.1.0', '^1.2.6', '^3.0.0', '~2.0.0']) {
      assert.equal(await matches(range), false, range);
    }
    for (const version of ['', '1', '>=1.0.0', '1.x', '2.0.0-', 'latest']) {
      await refused(reader.api.get('/api/packages/search', { version }), 400, 'version-range-invalid');
    }
    const [first] = published;
    await ok(ada.api.post(`/api/packages/${first?.packageId}/versions/1.2.5/yank`, { reason: 'broken' }));
    assert.equal(await matches('~1.2.0'), false);
    assert.equal(await matches('1.0.0'), true);
  });

  test('takes any text for words, never for a query language', async () => {
    for (const q of [
      '',
      '"',
      "'",
      'wren*',
      '*',
      'AND',
      'wren OR',
      'NEAR(a b)',
      'name:wren',
      '-',
      '(',
      '{a}',
      '%',
      '\\',
      ';--',
      'é',
      '鳥',
      '😀',
      'a'.repeat(500),
    ]) {
      await ok(reader.api.get('/api/packages/search', { q }), 200);
    }
    await refused(reader.api.get('/api/packages/search', { q: 'a'.repeat(501) }), 400, 'invalid-request');
  });

  test('is paged without repetition', async () => {
    const paged = await reader.api.all<Package>('/api/packages/search', { q: 'bird', limit: 1 });
    assert.deepEqual(namesOf(paged).toSorted(), ['bird-with-readme', 'bird-with-summary', 'bird-with-title']);
  });
});

describe('versions', () => {
  test('are listed highest first, by range without pre-releases, and read by label', async () => {
    const labels = ['1.9.0', '1.10.0', '2.0.0-beta.2', '2.0.0-beta.11'];
    const [{ packageId }] = [await publish(ada.api, { name: 'versioned', version: labels[0] ?? '' })];
    for (const version of labels.slice(1)) await publish(ada.api, { name: 'versioned', version });
    const list = async (query: object = {}) => {
      const versions = await reader.api.all<Version>(`/api/packages/${packageId}/versions`, {
        limit: 1,
        ...query,
      });
      return versions.map(({ version }) => version);
    };
    assert.deepEqual(await list(), ['2.0.0-beta.11', '2.0.0-beta.2', '1.10.0', '1.9.0']);
    assert.deepEqual(await list({ range: '^1.9.0' }), ['1.10.0', '1.9.0']);
    assert.deepEqual(await list({ range: '1.0.0-3.0.0' }), ['1.10.0', '1.9.0']);
    await refused(
      reader.api.get(`/api/packages/${packageId}/versions`, { range: '1' }),
      400,
      'version-range-invalid',
    );
    const read = await ok(reader.api.get<Version>(`/api/packages/${packageId}/versions/v1.10.0`));
    assert.deepEqual(
      [read.version, read.state, read.uploadedBy.name, read.report?.verdict],
      ['1.10.0', 'published', 'ada', 'passed'],
    );
    await refused(reader.api.get(`/api/packages/${packageId}/versions/1.11.0`), 404, 'not-found');
    await refused(reader.api.get(`/api/packages/${packageId}/versions/nonsense`), 400, 'label-invalid');
  });

  test('never change: a label that was used, even by a deleted version, is used', async () => {
    const { packageId } = await publish(ada.api, { name: 'immutable' });
    await publish(ada.api, { name: 'immutable', version: '1.0.1' });
    const again = declared({ name: 'immutable', version: '1.0.0' }, 100);
    await refused(ada.api.post('/api/uploads', again), 409, 'version-exists');
    await ok(ada.api.delete(`/api/packages/${packageId}/versions/1.0.0`, { reason: 'gone for good' }));
    await refused(ada.api.post('/api/uploads', again), 409, 'version-exists');
  });

  test('that are yanked are no longer offered, still there for those who name them, and can come back', async () => {
    const { packageId } = await publish(ada.api, { name: 'yanked-and-back', version: '1.0.0' });
    await publish(ada.api, { name: 'yanked-and-back', version: '2.0.0' });
    const offered = async () =>
      (await ok(reader.api.get<Package>(`/api/packages/${packageId}`))).latest?.version;
    const downloaded = (version?: string) =>
      reader.api.get<Download>(`/api/packages/${packageId}/download`, { version });
    assert.equal(await offered(), '2.0.0');

    const path = `/api/packages/${packageId}/versions/2.0.0`;
    await refused(ada.api.post(`${path}/yank`, { reason: '  ' }), 400, 'invalid-request');
    const yanked = await ok(ada.api.post<Version>(`${path}/yank`, { reason: 'It forgets things.' }));
    assert.deepEqual([yanked.state, yanked.reason], ['yanked', 'It forgets things.']);
    await refused(ada.api.post(`${path}/yank`, { reason: 'once more' }), 409, 'state-conflict');
    assert.equal(await offered(), '1.0.0');
    assert.equal((await ok(downloaded())).version, '1.0.0');
    assert.match((await ok(downloaded('2.0.0'))).reason, /yanked: It forgets things\./);

    await ok(ada.api.post(`/api/packages/${packageId}/versions/1.0.0/yank`, { reason: 'This too.' }));
    assert.equal((await ok(reader.api.get<Package>(`/api/packages/${packageId}`))).state, 'yanked');
    assert.equal(await offered(), undefined);
    await refused(downloaded(), 404, 'not-found');
    assert.deepEqual(namesOf(await reader.api.all<Package>('/api/packages', { state: 'yanked' })), [
      'yanked-and-back',
    ]);

    await ok(ada.api.post(`${path}/unyank`, { reason: 'It remembers.' }));
    await refused(ada.api.post(`${path}/unyank`, { reason: 'It remembers.' }), 409, 'state-conflict');
    assert.equal(await offered(), '2.0.0');
  });
});

describe('a package', () => {
  test('is described by its maintainers: its owner, its group and administrators', async () => {
    const helper = await addUser(admin, 'helper');
    const groupId = await addGroup(admin, 'maintainers', [ada, helper]);
    const { packageId } = await publish(ada.api, { name: 'described' });
    const path = `/api/packages/${packageId}`;
    await refused(helper.api.patch(path, { title: 'Mine' }), 403, 'permission-denied');
    await refused(ada.api.patch(path, { groupId: 'no-such-group' }), 400, 'invalid-request');
    const changed = await ok(
      ada.api.patch<Package>(path, { title: 'A title', description: 'Words.', groupId }),
    );
    assert.deepEqual([changed.title, changed.description, changed.groupId], ['A title', 'Words.', groupId]);
    await ok(helper.api.patch(path, { title: 'Ours' }));
    await publish(helper.api, { name: 'described', version: '2.0.0' });
    await ok(admin.api.patch(path, { description: '' }));
    const read = await ok(reader.api.get<Package>(path));
    assert.deepEqual([read.title, read.description, read.owner.name], ['Ours', '', 'ada']);
    assert.deepEqual(namesOf(await reader.api.all<Package>('/api/packages', { group: groupId })), [
      'described',
    ]);
    await refused(grace.api.patch(path, { title: 'Hers' }), 403, 'permission-denied');
    for (const body of [
      {},
      { name: 'other' },
      { title: 1 },
      { title: 'x'.repeat(201) },
      { description: 'x'.repeat(10_001) },
    ]) {
      await refused(ada.api.patch(path, body), 400, 'invalid-request');
    }
  });

  test('that is deleted is gone for everybody at once, its bytes soon, and its name stays taken', async () => {
    const { packageId, digest } = await publish(ada.api, { name: 'deleted-package' });
    const path = `/api/packages/${packageId}`;
    await refused(grace.api.delete(path, { reason: 'not mine' }), 403, 'permission-denied');
    await refused(ada.api.delete(path), 400, 'invalid-request');
    await ok(ada.api.delete(path, { reason: 'no longer needed' }), 204);
    for (const { api } of [ada, reader, admin]) {
      await refused(api.get(path), 404, 'not-found');
      await refused(api.get(`${path}/versions`), 404, 'not-found');
      await refused(api.get(`${path}/download`, { version: '1.0.0' }), 404, 'not-found');
      assert.deepEqual(
        (await ok(api.get<Page<Package>>('/api/packages', { name: 'deleted-package' }))).items,
        [],
      );
    }
    await refused(
      grace.api.post('/api/uploads', declared({ name: 'deleted.package' }, 100)),
      409,
      'name-taken',
    );
    await waitFor('the removal of its bytes', async () => !(await stored(digest)));
  });
});

describe('content', () => {
  test('is stored once however often it is published, and removed with the last version that has it', async () => {
    const bytes = await smallPackage('published twice');
    const first = await publish(ada.api, { name: 'twin-a' }, bytes);
    const second = await publish(grace.api, { name: 'twin-b' }, bytes);
    // In S3 a seal says of it, by its digest, too, which object it is.
    const paths = (await server.stored()).filter((path) => path.endsWith(digestOf(bytes)));
    const content = paths.filter((path) => path.startsWith('packages/sha256/'));
    assert.equal(content.length, 1, paths.join(' '));

    const given = await addressOf(reader.api, first.packageId);
    await ok(ada.api.delete(`/api/packages/${first.packageId}/versions/1.0.0`, { reason: 'one of two' }));
    await refused(
      reader.api.get(`/api/packages/${first.packageId}/download`, { version: '1.0.0' }),
      404,
      'not-found',
    );
    // An address of S3 knows nothing of packages: it leads to content that is still there.
    if (ownAddresses === false) await refused(server.api.call('GET', given), 404, 'not-found');
    const other = await fetch(await addressOf(reader.api, second.packageId));
    assert.equal(digestOf(Buffer.from(await other.arrayBuffer())), digestOf(bytes));
    assert.equal(await stored(digestOf(bytes)), true);

    await ok(
      grace.api.delete(`/api/packages/${second.packageId}/versions/1.0.0`, { reason: 'the last one' }),
    );
    await waitFor('the removal of the bytes', async () => !(await stored(digestOf(bytes))));
    const third = await publish(grace.api, { name: 'twin-b', version: '2.0.0' }, bytes);
    assert.equal((await fetch(await addressOf(reader.api, third.packageId))).status, 200);
  });
});

async function addressOf(api: Api, packageId: string): Promise<string> {
  return (await ok(api.get<Download>(`/api/packages/${packageId}/download`))).url;
}

async function stored(digest: string): Promise<boolean> {
  return (await server.stored()).some((path) => path.includes(digest));
}
