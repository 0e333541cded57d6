import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { maximumChanges } from '../../src/core/commit.ts';
import { type Audience, openAccess, type Package } from '../../src/core/packages/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { somePackage } from '../support/samples.ts';

describeOnEveryEngine('PackageStore', (engine) => {
  const insert = async (...packages: Package[]) => {
    for (const pkg of packages) await engine().commit([{ change: 'package.insert', package: pkg }]);
  };
  const change = (pkg: Package) => engine().commit([{ change: 'package.change', package: pkg }]);
  const everyState = { states: ['hidden', 'published', 'yanked', 'deleted'] } as const;

  test('an inserted package is found as it was, whatever is absent', async () => {
    const full = somePackage({ groupId: 'g1', latest: { versionId: 'v1', label: '1.2.3' } });
    const bare = somePackage({ name: 'bare', groupId: null, latest: null, description: '' });
    await insert(full, bare);
    assert.deepEqual(await engine().packages.find(full.id), full);
    assert.deepEqual(await engine().packages.find(bare.id), bare);
    assert.equal(await engine().packages.find('another'), null);
  });

  test('who may see and download a package is found as it was', async () => {
    const accesses = [
      { visibility: 'everybody', visibleTo: ['g1'], sensitive: true, allowedGroups: [] },
      {
        visibility: 'groups',
        visibleTo: ['g2', 'g1', 'o\'g"3'],
        sensitive: true,
        allowedGroups: ['g4', 'g1'],
      },
      { visibility: 'owner', visibleTo: [], sensitive: false, allowedGroups: ['g1'] },
    ] as const;
    const packages = accesses.map((access, nth) => somePackage({ ...access, name: `package-${nth}` }));
    await insert(...packages);
    for (const pkg of packages) {
      assert.deepEqual(await engine().packages.find(pkg.id), pkg);
      assert.deepEqual(await engine().packages.findByName('model', pkg.name), pkg);
    }
    assert.deepEqual((await engine().packages.list(everyState, { limit: 10 })).items, packages.toReversed());
  });

  test('a name is one package, however it is written, and only within its kind', async () => {
    const model = somePackage({ kind: 'model', name: 'My_Model.v2' });
    const dataset = somePackage({ kind: 'dataset', name: 'my-model-v2' });
    await insert(model, dataset);
    for (const name of ['My_Model.v2', 'my-model-v2', 'MY.MODEL_V2']) {
      assert.deepEqual(await engine().packages.findByName('model', name), model, name);
      assert.deepEqual(await engine().packages.findByName('dataset', name), dataset, name);
      assert.equal(await engine().packages.findByName('code', name), null, name);
      await assert.rejects(insert(somePackage({ kind: 'model', name })), { code: 'name-taken' });
    }
    assert.deepEqual(await engine().packages.findByName('model', 'my-model-v3'), null);
  });

  test('the name of a deleted package stays taken, and it is still found', async () => {
    const deleted = somePackage({ state: 'deleted' });
    await insert(deleted);
    await assert.rejects(insert(somePackage()), { code: 'name-taken' });
    assert.deepEqual(await engine().packages.find(deleted.id), deleted);
    assert.deepEqual(await engine().packages.findByName('model', deleted.name), deleted);
  });

  test('of many who take a name at once, one gets it', async () => {
    const rivals = Array.from({ length: 20 }, (_, i) => somePackage({ ownerId: `u${i}` }));
    const outcomes = await Promise.allSettled(rivals.map((pkg) => insert(pkg)));
    const winners = rivals.filter((_, i) => outcomes[i]?.status === 'fulfilled');
    assert.equal(winners.length, 1);
    assert.deepEqual((await engine().packages.list(everyState, { limit: 50 })).items, winners);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'name-taken');
    }
  });

  test('a change replaces every field of the package', async () => {
    const before = somePackage();
    await insert(before);
    const after = somePackage({
      id: before.id,
      title: 'Another title',
      description: '',
      ownerId: 'u2',
      ownerName: 'bob',
      groupId: 'g1',
      visibility: 'groups',
      visibleTo: ['g1', 'g2'],
      sensitive: true,
      allowedGroups: ['g2'],
      state: 'yanked',
      updatedAt: new Date('2026-03-01T00:00:00.123Z'),
      latest: { versionId: 'v2', label: '2.0.0-rc.1' },
      revision: 2,
    });
    await change(after);
    assert.deepEqual(await engine().packages.find(before.id), after);
    const cleared = { ...after, ...openAccess, groupId: null, latest: null, revision: 3 };
    await change(cleared);
    assert.deepEqual(await engine().packages.find(before.id), cleared);
  });

  test('a change from another revision than the stored one is refused and changes nothing', async () => {
    const pkg = somePackage({ revision: 5 });
    await insert(pkg);
    for (const revision of [1, 4, 5, 7]) {
      await assert.rejects(change({ ...pkg, title: 'Lost', revision }), { code: 'state-conflict' });
    }
    await assert.rejects(change(somePackage({ id: 'another', revision: 2 })), { code: 'state-conflict' });
    assert.deepEqual(await engine().packages.find(pkg.id), pkg);
    assert.equal(await engine().packages.find('another'), null);
  });

  test('of many changes from one revision, one is made', async () => {
    const pkg = somePackage();
    await insert(pkg);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => change({ ...pkg, title: `Title ${i}`, revision: 2 })),
    );
    const made = outcomes.findIndex(({ status }) => status === 'fulfilled');
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await engine().packages.find(pkg.id))?.title, `Title ${made}`);
  });

  test('the list runs from the newest to the oldest without gap or repetition', async () => {
    const packages = Array.from({ length: 7 }, (_, i) => somePackage({ name: `package-${i}` }));
    await insert(...packages);
    for (const limit of [1, 3, 7, 10]) {
      const seen = await walk((page) => engine().packages.list({ states: ['published'] }, page), limit);
      assert.deepEqual(seen, packages.toReversed(), `limit ${limit}`);
    }
  });

  test('what is added while one pages neither repeats nor hides what was there', async () => {
    const packages = Array.from({ length: 4 }, (_, i) => somePackage({ name: `package-${i}` }));
    await insert(...packages);
    const first = await engine().packages.list(everyState, { limit: 2 });
    await insert(somePackage({ name: 'newer' }));
    const second = await engine().packages.list(everyState, { limit: 2, after: first.next ?? '' });
    assert.deepEqual([...first.items, ...second.items], packages.toReversed());
  });

  test('each field of the filter narrows, alone and together, on every page', async () => {
    const wanted = [1, 2, 3].map((i) =>
      somePackage({ name: `wanted-${i}`, kind: 'code', ownerId: 'u1', groupId: 'g1', state: 'published' }),
    );
    const others = [
      somePackage({ name: 'a-model', kind: 'model', ownerId: 'u1', groupId: 'g1' }),
      somePackage({ name: 'of-bob', kind: 'code', ownerId: 'u2', groupId: 'g1' }),
      somePackage({ name: 'of-no-group', kind: 'code', ownerId: 'u1', groupId: null }),
      somePackage({ name: 'of-another-group', kind: 'code', ownerId: 'u1', groupId: 'g2' }),
      somePackage({ name: 'is-hidden', kind: 'code', ownerId: 'u1', groupId: 'g1', state: 'hidden' }),
      somePackage({ name: 'is-yanked', kind: 'code', ownerId: 'u1', groupId: 'g1', state: 'yanked' }),
    ];
    await insert(...wanted, ...others);
    const names = async (filter: Partial<Parameters<typeof list>[0]>) =>
      (await walk((page) => list({ ...everyState, ...filter }, page))).map(({ name }) => name).sort();
    const list = engine().packages.list.bind(engine().packages);
    const all = [...wanted, ...others].map(({ name }) => name);
    const without = (...names: string[]) => all.filter((name) => !names.includes(name)).sort();
    assert.deepEqual(await names({}), without());
    assert.deepEqual(await names({ kind: 'code' }), without('a-model'));
    assert.deepEqual(await names({ ownerId: 'u1' }), without('of-bob'));
    assert.deepEqual(await names({ groupId: 'g1' }), without('of-no-group', 'of-another-group'));
    assert.deepEqual(await names({ states: ['published', 'yanked'] }), without('is-hidden'));
    assert.deepEqual(await names({ states: ['hidden'] }), ['is-hidden']);
    assert.deepEqual(
      await names({ states: ['published'], kind: 'code', ownerId: 'u1', groupId: 'g1' }),
      wanted.map(({ name }) => name),
    );
  });

  describe('to an audience', () => {
    const eve = { userId: 'eve', groupIds: new Set(['g1', 'g2']) };
    const visibleNames = async (audience: Audience | undefined, limit = 2, filter = {}) =>
      (await walk((page) => engine().packages.list({ ...everyState, ...filter, audience }, page), limit)).map(
        ({ name }) => name,
      );
    const cases: readonly (Partial<Package> & { name: string; shown: boolean })[] = [
      { name: 'for-everybody', shown: true },
      { name: 'for-everybody-with-a-list', visibleTo: ['g3'], shown: true },
      { name: 'for-nobody', visibility: 'owner', shown: false },
      { name: 'for-nobody-with-a-list', visibility: 'owner', visibleTo: ['g1'], shown: false },
      { name: 'for-another-group', visibility: 'groups', visibleTo: ['g3', 'eve'], shown: false },
      { name: 'for-one-group', visibility: 'groups', visibleTo: ['g3', 'g1'], shown: true },
      { name: 'for-both-groups', visibility: 'groups', visibleTo: ['g1', 'g2'], shown: true },
      { name: 'her-own', visibility: 'owner', ownerId: 'eve', shown: true },
      { name: 'of-a-namesake', visibility: 'owner', ownerId: 'g1', groupId: 'eve', shown: false },
      { name: 'of-her-group', visibility: 'owner', groupId: 'g2', shown: true },
      { name: 'of-another-group', visibility: 'groups', visibleTo: ['g4'], groupId: 'g3', shown: false },
    ];

    test('a list has what is visible to it, in full pages, and nothing else', async () => {
      await insert(...cases.map(({ shown, ...fields }) => somePackage(fields)));
      const shown = cases.filter((one) => one.shown).map(({ name }) => name);
      for (const limit of [1, 3, 50]) assert.deepEqual(await visibleNames(eve, limit), shown.toReversed());
      const first = await engine().packages.list({ ...everyState, audience: eve }, { limit: 3 });
      assert.equal(first.items.length, 3);
      assert.equal((await visibleNames(undefined)).length, cases.length);
      const nobody = { userId: null, groupIds: new Set<string>() };
      assert.deepEqual(await visibleNames(nobody), ['for-everybody-with-a-list', 'for-everybody']);
      assert.deepEqual(await visibleNames(eve, 2, { ownerId: 'eve' }), ['her-own']);
      assert.deepEqual(await visibleNames(eve, 2, { groupId: 'g2', kind: 'model' }), ['of-her-group']);
      assert.deepEqual(await visibleNames(eve, 2, { groupId: 'g3' }), []);
    });

    test('a change of who sees a package is in effect at once, in both directions', async () => {
      const before = somePackage();
      await insert(before);
      const steps: readonly [Partial<Package>, boolean][] = [
        [{ visibility: 'owner' }, false],
        [{ visibility: 'groups', visibleTo: ['g3', 'g2'] }, true],
        [{ visibleTo: ['g3'] }, false],
        [{ groupId: 'g1' }, true],
        [{ groupId: null }, false],
        [{ ownerId: 'eve' }, true],
        [{ ownerId: 'u1' }, false],
        [{ visibility: 'everybody' }, true],
      ];
      let pkg = before;
      for (const [fields, shown] of steps) {
        pkg = { ...pkg, ...fields, revision: pkg.revision + 1 };
        await change(pkg);
        assert.deepEqual(await visibleNames(eve), shown ? ['tokenizer'] : [], JSON.stringify(fields));
      }
    });

    test('a list goes on behind very many packages that are not visible', async () => {
      const packages = Array.from({ length: 620 }, (_, nth) =>
        somePackage({ name: `package-${nth}`, visibility: nth % 310 === 3 ? 'everybody' : 'owner' }),
      );
      for (let start = 0; start < packages.length; start += maximumChanges) {
        const some = packages.slice(start, start + maximumChanges);
        await engine().commit(some.map((pkg) => ({ change: 'package.insert', package: pkg })));
      }
      assert.deepEqual(await visibleNames(eve, 50), ['package-313', 'package-3']);
    });
  });

  test('a cursor that is not ours is refused', async () => {
    await insert(somePackage());
    for (const after of ['nonsense', '', Buffer.from('[1]').toString('base64url')]) {
      await assert.rejects(engine().packages.list(everyState, { limit: 2, after }), {
        code: 'invalid-cursor',
      });
    }
  });
});
