import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/mutations.ts';
import { someCaller, somePackage, someVersion } from '../../../test/support/samples.ts';
import { nobody, testRegistry } from '../../../test/support/test-registry.ts';
import type { Caller } from '../caller.ts';
import { listPackages } from './list-packages.ts';
import { listVersions } from './list-versions.ts';
import { type Package, type Visibility, visibilities } from './package.ts';
import { maySee, readMaintainedPackage, readPackage, readVersion } from './read-package.ts';
import { searchPackages } from './search-packages.ts';

const callers = {
  owner: someCaller('ada'),
  'who maintains it by a group': someCaller('bob', { groupIds: ['makers'] }),
  administrator: someCaller('root', { permissions: ['admin'] }),
  'who is in a group that sees it': someCaller('dan', { groupIds: ['others', 'readers'] }),
  'who is in another group': someCaller('eve', { groupIds: ['others'] }),
  'who is named like the groups': someCaller('readers'),
  anonymous: nobody,
} as const;
type Who = keyof typeof callers;

const always: readonly Who[] = ['owner', 'who maintains it by a group', 'administrator'];
const seenBy: Readonly<Record<Visibility, readonly Who[]>> = {
  everybody: Object.keys(callers) as Who[],
  groups: [...always, 'who is in a group that sees it'],
  owner: always,
};

const owned = { ownerId: 'ada', groupId: 'makers', visibleTo: ['writers', 'readers'] };
const page = { limit: 10 };

for (const visibility of visibilities) {
  for (const state of ['published', 'yanked'] as const) {
    for (const [who, caller] of Object.entries(callers)) {
      const sees = seenBy[visibility].some((one) => one === who);
      test(`${state}, for ${visibility}: ${who} ${sees ? 'sees it' : 'is told that there is none'}`, async () => {
        const { registry } = await testRegistry();
        const pkg = somePackage({ ...owned, visibility, state });
        const version = someVersion({ packageId: pkg.id, label: '1.0.0' });
        await registry.commit([
          { change: 'package.insert', package: pkg },
          { change: 'version.insert', version },
          { change: 'package.index', packageId: pkg.id, document: pkg },
        ]);
        const shown = sees ? [pkg] : [];
        for (const asked of [{}, { state }, { name: pkg.name }, { ownerId: 'ada' }, { groupId: 'makers' }]) {
          const { items, next } = await listPackages(registry, caller, asked, page);
          assert.deepEqual([items, next], [shown, null], JSON.stringify(asked));
        }
        const { items } = await searchPackages(registry, caller, { words: 'tokenizer', ...page });
        assert.deepEqual(
          items.map((hit) => hit.package),
          state === 'published' ? shown : [],
        );
        const reading = readPackage(registry, caller, pkg.id);
        if (sees) {
          assert.deepEqual(await reading, pkg);
          assert.deepEqual((await readVersion(registry, caller, pkg.id, '1.0.0')).version, version);
          return;
        }
        // Word for word what a package that does not exist is answered with.
        const none = { code: 'not-found', detail: `There is no package "${pkg.id}".` };
        await assert.rejects(reading, none);
        await assert.rejects(readVersion(registry, caller, pkg.id), none);
        await assert.rejects(readVersion(registry, caller, pkg.id, '1.0.0'), none);
        await assert.rejects(listVersions(registry, caller, pkg.id, page), none);
        await assert.rejects(readMaintainedPackage(registry, caller, pkg.id), none);
      });
    }
  }
}

test('a package of which nothing is published is its maintainers’, whatever its visibility', () => {
  for (const visibility of visibilities) {
    const hidden = somePackage({ ...owned, visibility, state: 'hidden' });
    const seeing = Object.entries(callers).filter(([, caller]) => maySee(caller, hidden));
    assert.deepEqual(
      seeing.map(([who]) => who),
      always,
    );
  }
});

test('a token that is limited to other names does not show what its user could see', () => {
  const limited = someCaller('ada', { packagePatterns: ['other-*'] });
  for (const visibility of visibilities) {
    assert.equal(maySee(limited, somePackage({ ...owned, visibility })), false);
  }
});

/** Of few users and groups, so that they meet. */
function drawn(random: () => number) {
  const one = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
  const groups = () => ['g1', 'g2', 'g3', 'g4'].filter(() => random() < 0.4);
  return {
    pkg: (name: string): Package =>
      somePackage({
        name,
        ownerId: one(['ada', 'bob', 'eve']),
        groupId: one([null, null, 'g1', 'g2']),
        visibility: one(visibilities),
        visibleTo: groups(),
      }),
    caller: (): Caller => someCaller(one(['ada', 'bob', 'eve', 'dan']), { groupIds: groups() }),
  };
}

test('lists and searches show exactly what each caller may see, in full pages', async () => {
  const { registry } = await testRegistry();
  const draw = drawn(seededRandom(5));
  const packages = Array.from({ length: 40 }, (_, nth) => draw.pkg(`tool-${nth}`));
  for (const pkg of packages) {
    await registry.commit([
      { change: 'package.insert', package: pkg },
      { change: 'package.index', packageId: pkg.id, document: pkg },
    ]);
  }
  for (let nth = 0; nth < 40; nth++) {
    const caller = draw.caller();
    const visible = packages.filter((pkg) => maySee(caller, pkg)).toReversed();
    const listed = await listPackages(registry, caller, {}, { limit: 5 });
    assert.deepEqual(listed.items, visible.slice(0, 5));
    const found = await searchPackages(registry, caller, { words: 'tool', limit: 5 });
    assert.equal(found.items.length, Math.min(5, visible.length));
  }
});

test('who leaves a group sees nothing more than before, and a package that names fewer is seen by nobody more', () => {
  const draw = drawn(seededRandom(7));
  for (let nth = 0; nth < 2_000; nth++) {
    const [pkg, caller] = [draw.pkg('tool'), draw.caller()];
    if (maySee(caller, pkg) || caller.user === null) continue;
    const [, ...fewer] = caller.user.groupIds;
    const [, ...named] = pkg.visibleTo;
    assert.equal(maySee(someCaller(caller.user.id, { groupIds: fewer }), pkg), false);
    assert.equal(maySee(caller, { ...pkg, visibleTo: named }), false);
    assert.equal(maySee(caller, { ...pkg, visibility: 'owner' }), false);
  }
});
