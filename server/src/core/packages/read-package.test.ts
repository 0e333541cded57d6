import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller, somePackage, someVersion } from '../../../test/support/samples.ts';
import { nobody, testRegistry } from '../../../test/support/test-registry.ts';
import type { Caller, Permission } from '../caller.ts';
import { listPackages } from './list-packages.ts';
import { listVersions } from './list-versions.ts';
import type { Package } from './package.ts';
import { readMaintainedPackage, readPackage, readVersion } from './read-package.ts';
import { searchPackages } from './search-packages.ts';
import { versionStates } from './version-states.ts';

const callers = {
  owner: someCaller('ada'),
  member: someCaller('bob', { groupIds: ['makers'] }),
  administrator: someCaller('root', { permissions: ['admin'] }),
  stranger: someCaller('eve', { groupIds: ['others'] }),
  anonymous: nobody,
};
const maintainers = ['owner', 'member', 'administrator'];

async function registryWith(...packages: Package[]) {
  const { registry } = await testRegistry();
  for (const pkg of packages) {
    await registry.commit([
      { change: 'package.insert', package: pkg },
      { change: 'package.index', packageId: pkg.id, document: pkg },
    ]);
  }
  return registry;
}

const owned = { ownerId: 'ada', groupId: 'makers' };
const noPackage = (id: string) => ({ code: 'not-found', detail: `There is no package "${id}".` });

for (const [who, caller] of Object.entries(callers)) {
  test(`${who}: reads published and yanked packages, and no deleted ones`, async () => {
    const [published, yanked, deleted] = (['published', 'yanked', 'deleted'] as const).map((state) =>
      somePackage({ ...owned, name: `is-${state}`, state }),
    ) as [Package, Package, Package];
    const ports = await registryWith(published, yanked, deleted);
    for (const pkg of [published, yanked]) assert.deepEqual(await readPackage(ports, caller, pkg.id), pkg);
    await assert.rejects(readPackage(ports, caller, deleted.id), noPackage(deleted.id));
    await assert.rejects(readMaintainedPackage(ports, caller, deleted.id), noPackage(deleted.id));
  });

  const isMaintainer = maintainers.includes(who);
  test(`${who}: ${isMaintainer ? 'reads' : 'is told that there are no'} hidden packages`, async () => {
    const hidden = somePackage({ ...owned, state: 'hidden' });
    const ports = await registryWith(hidden);
    const listed = async (fields: object) =>
      (await listPackages(ports, caller, { state: 'hidden', ...fields }, { limit: 10 })).items;
    if (isMaintainer) {
      assert.deepEqual(await readPackage(ports, caller, hidden.id), hidden);
      assert.deepEqual(await readMaintainedPackage(ports, caller, hidden.id), hidden);
      assert.deepEqual(await listed({ groupId: 'makers' }), [hidden]);
    } else {
      // Word for word what a package that does not exist is answered with.
      for (const id of [hidden.id, 'another']) {
        await assert.rejects(readPackage(ports, caller, id), noPackage(id));
        await assert.rejects(readMaintainedPackage(ports, caller, id), noPackage(id));
        await assert.rejects(readVersion(ports, caller, id), noPackage(id));
        await assert.rejects(readVersion(ports, caller, id, '1.0.0'), noPackage(id));
        await assert.rejects(listVersions(ports, caller, id, { limit: 10 }), noPackage(id));
      }
      assert.deepEqual(await listed({ groupId: 'makers' }), []);
      assert.deepEqual(await listed({}), []);
    }
    assert.deepEqual((await listPackages(ports, caller, {}, { limit: 10 })).items, []);
    assert.deepEqual(await listed({ name: 'Tokenizer' }), isMaintainer ? [hidden] : []);
    assert.deepEqual((await searchPackages(ports, caller, { words: '', limit: 10 })).items, []);
  });

  test(`${who}: ${isMaintainer ? 'may' : 'may not'} change a package that everybody sees`, async () => {
    const pkg = somePackage(owned);
    const ports = await registryWith(pkg);
    const maintained = readMaintainedPackage(ports, caller, pkg.id);
    if (isMaintainer) assert.deepEqual(await maintained, pkg);
    else if (caller === nobody) await assert.rejects(maintained, noPackage(pkg.id));
    else await assert.rejects(maintained, { code: 'permission-denied', detail: /tokenizer/ });
  });
}

test('who may upload and read nothing is not told by a change that is refused that the package is there', async () => {
  const pkg = somePackage(owned);
  const ports = await registryWith(pkg);
  const changing = (permissions: Permission[]) =>
    readMaintainedPackage(ports, someCaller('eve', { permissions }), pkg.id);
  await assert.rejects(changing(['upload']), noPackage(pkg.id));
  await assert.rejects(changing(['upload', 'search']), { code: 'permission-denied' });
  await assert.rejects(changing(['upload', 'download']), { code: 'permission-denied' });
});

test('hidden packages of others are listed to administrators only', async () => {
  const [mine, theirs] = [
    somePackage({ name: 'mine', state: 'hidden', ownerId: 'eve' }),
    somePackage({ name: 'theirs', state: 'hidden', ownerId: 'ada' }),
  ];
  const ports = await registryWith(mine, theirs);
  const hidden = async (caller: Caller, fields: object = {}) =>
    (await listPackages(ports, caller, { state: 'hidden', ...fields }, { limit: 10 })).items;
  assert.deepEqual(await hidden(callers.stranger), [mine]);
  assert.deepEqual(await hidden(callers.administrator), [theirs, mine]);
  assert.deepEqual(await hidden(callers.administrator, { ownerId: 'ada' }), [theirs]);
  await assert.rejects(hidden(callers.stranger, { ownerId: 'ada' }), { code: 'permission-denied' });
});

test('a package is listed by name in whatever spelling, once per kind, in whatever state it may be seen', async () => {
  const packages = [
    somePackage({ kind: 'model', name: 'My.Tool' }),
    somePackage({ kind: 'code', name: 'my-tool', state: 'yanked' }),
    somePackage({ kind: 'dataset', name: 'my_tool', state: 'deleted' }),
  ];
  const ports = await registryWith(...packages);
  const named = (asked: object) =>
    listPackages(ports, callers.stranger, { name: 'MY_TOOL', ...asked }, { limit: 10 });
  assert.deepEqual(await named({}), { items: packages.slice(0, 2), next: null });
  assert.deepEqual((await named({ kind: 'code' })).items, packages.slice(1, 2));
  assert.deepEqual((await named({ name: 'your-tool' })).items, []);
});

const patterns: readonly [pattern: string, name: string, reaches: boolean][] = [
  ['tokenizer', 'tokenizer', true],
  ['tokenizer', 'tokenizers', false],
  ['token*', 'tokenizer', true],
  ['*izer', 'tokenizer', true],
  ['tok*zer', 'tokenizer', true],
  ['t*n*r', 'tokenizer', true],
  ['*', 'tokenizer', true],
  ['**', 'tokenizer', true],
  ['tokenizer*tokenizer', 'tokenizer', false],
  ['token*kenizer', 'tokenizer', false],
  ['*token', 'tokenizer', false],
  ['t.kenizer', 'tokenizer', false],
  ['acme/*', 'acme/tokenizer', true],
  ['acme/*', 'acme-tokenizer', false],
  [`${'*a'.repeat(500)}b`, 'a'.repeat(96), false],
];
for (const [pattern, name, reaches] of patterns) {
  const shown = pattern.slice(0, 30);
  test(`a token for ${shown} ${reaches ? 'reaches' : 'does not reach'} ${name.slice(0, 30)}`, async () => {
    const pkg = somePackage({ ...owned, name });
    const ports = await registryWith(pkg);
    const caller = someCaller('ada', { packagePatterns: ['unrelated', pattern] });
    const expected = reaches ? [pkg] : [];
    if (reaches) assert.deepEqual(await readPackage(ports, caller, pkg.id), pkg);
    else await assert.rejects(readPackage(ports, caller, pkg.id), noPackage(pkg.id));
    assert.deepEqual((await listPackages(ports, caller, {}, { limit: 10 })).items, expected);
    assert.deepEqual((await listPackages(ports, caller, { name }, { limit: 10 })).items, expected);
    const hits = (await searchPackages(ports, caller, { words: '', limit: 10 })).items;
    assert.deepEqual(
      hits.map((hit) => hit.package),
      expected,
    );
  });
}

test('the token of an administrator reaches no further than its patterns', async () => {
  const pkg = somePackage({ name: 'tokenizer' });
  const ports = await registryWith(pkg);
  const caller = someCaller('root', { permissions: ['admin'], packagePatterns: ['other*'] });
  await assert.rejects(readPackage(ports, caller, pkg.id), noPackage(pkg.id));
  await assert.rejects(readMaintainedPackage(ports, caller, pkg.id), noPackage(pkg.id));
});

test('pages go on behind packages that a token does not reach', async () => {
  const packages = ['one-tool', 'other', 'two-tool'].map((name) => somePackage({ ...owned, name }));
  const ports = await registryWith(...packages);
  const caller = someCaller('eve', { packagePatterns: ['*-tool'] });
  const names: string[] = [];
  let after: string | undefined;
  do {
    const page = await listPackages(ports, caller, {}, { limit: 1, after });
    names.push(...page.items.map(({ name }) => name));
    after = page.next ?? undefined;
  } while (after !== undefined);
  assert.deepEqual(names, ['two-tool', 'one-tool']);
});

for (const state of versionStates) {
  const readable = state === 'published' || state === 'yanked';
  test(`a ${state} version ${readable ? 'is read by its label' : 'does not exist, for anybody'}`, async () => {
    const pkg = somePackage(owned);
    const version = someVersion({ packageId: pkg.id, state });
    const ports = await registryWith(pkg);
    await ports.commit([{ change: 'version.insert', version }]);
    for (const caller of Object.values(callers)) {
      const read = readVersion(ports, caller, pkg.id, 'v1.2.3');
      const listed = await listVersions(ports, caller, pkg.id, { limit: 10 });
      assert.deepEqual(listed.items, readable ? [version] : []);
      if (readable) assert.deepEqual(await read, { package: pkg, version });
      else {
        await assert.rejects(read, {
          code: 'not-found',
          detail: 'There is no version of tokenizer "v1.2.3".',
        });
        // As if there had never been one.
        await assert.rejects(readVersion(ports, caller, pkg.id, 'v9.9.9'), {
          code: 'not-found',
          detail: 'There is no version of tokenizer "v9.9.9".',
        });
      }
    }
  });
}

test('without a label the latest published version is meant, if there is one', async () => {
  const version = someVersion({ packageId: 'p1' });
  const other = someVersion({ packageId: 'p2', state: 'yanked' });
  const ports = await registryWith(
    somePackage({ id: 'p1', latest: { versionId: version.id, label: version.label } }),
    somePackage({ id: 'p2', name: 'all-yanked', state: 'yanked' }),
  );
  await ports.commit([
    { change: 'version.insert', version },
    { change: 'version.insert', version: other },
  ]);
  assert.deepEqual((await readVersion(ports, callers.stranger, 'p1')).version, version);
  await assert.rejects(readVersion(ports, callers.stranger, 'p2'), {
    code: 'not-found',
    detail: 'There is no version of all-yanked "latest".',
  });
});

test('a label that is none is said to be none', async () => {
  const pkg = somePackage();
  const ports = await registryWith(pkg);
  await assert.rejects(readVersion(ports, callers.stranger, pkg.id, 'newest'), { code: 'label-invalid' });
});

test('yanked versions are listed without a range, and left out of ranges', async () => {
  const pkg = somePackage();
  const ports = await registryWith(pkg);
  for (const [label, state] of [
    ['1.0.0', 'published'],
    ['1.1.0', 'yanked'],
    ['2.0.0', 'published'],
  ] as const) {
    await ports.commit([
      { change: 'version.insert', version: someVersion({ packageId: pkg.id, label, state }) },
    ]);
  }
  const labels = async (range?: string) =>
    (await listVersions(ports, callers.stranger, pkg.id, { limit: 10, range })).items.map(
      ({ label }) => label,
    );
  assert.deepEqual(await labels(), ['2.0.0', '1.1.0', '1.0.0']);
  assert.deepEqual(await labels('^1.0.0'), ['1.0.0']);
  await assert.rejects(labels('one'), { code: 'version-range-invalid' });
});
