import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRange, type Version, type VersionState, versionStates } from '../../src/core/packages/index.ts';
import type { PageRequest } from '../../src/core/paging.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { someDigest, someVersion } from '../support/samples.ts';

/** In ascending order of precedence, as semver.org has it. */
const ascending = [
  '0.9.0',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.2.0',
  '1.10.0',
  '2.0.0-rc.1',
  '2.0.0',
  '10.0.0',
];

describeOnEveryEngine('VersionStore', (engine) => {
  const insert = async (...versions: Version[]) => {
    for (const version of versions) await engine().commit([{ change: 'version.insert', version }]);
  };
  const change = (version: Version) => engine().commit([{ change: 'version.change', version }]);

  test('an inserted version is found as it was, whatever is absent', async () => {
    const since = new Date('2026-01-31T12:02:00.001Z');
    const full = someVersion({
      declaredDigest: 'ab'.repeat(32),
      reason: 'because',
      sizeBytes: 2 ** 40,
      review: { since, approval: { userId: 'u2', userName: 'bob', at: since, reason: "It's ’fine’" } },
    });
    const bare = someVersion({
      label: '1.2.4',
      state: 'pending',
      digest: null,
      declaredDigest: null,
      decidedAt: null,
      publishedAt: null,
      reason: null,
      license: '',
      summary: '',
    });
    await insert(full, bare);
    assert.deepEqual(await engine().versions.find(full.id), full);
    assert.deepEqual(await engine().versions.find(bare.id), bare);
    assert.deepEqual(await engine().versions.findByLabel('p1', '1.2.4'), bare);
    assert.equal(await engine().versions.find('another'), null);
    assert.equal(await engine().versions.findByLabel('p1', '9.9.9'), null);
    assert.equal(await engine().versions.findByLabel('p2', '1.2.3'), null);
  });

  for (const state of versionStates.filter((state) => state !== 'rejected')) {
    test(`the label of a ${state} version is used within its package, and there only`, async () => {
      const version = someVersion({ state });
      await insert(version);
      await assert.rejects(insert(someVersion()), { code: 'version-exists' });
      await insert(someVersion({ packageId: 'p2' }));
      assert.deepEqual(await engine().versions.findByLabel('p1', '1.2.3'), version);
    });
  }

  test('the label of a rejected version is free again, for one', async () => {
    const rejected = someVersion({ state: 'rejected' });
    await insert(rejected, someVersion({ state: 'rejected' }));
    assert.equal(await engine().versions.findByLabel('p1', '1.2.3'), null);
    const version = someVersion();
    await insert(version);
    assert.deepEqual(await engine().versions.findByLabel('p1', '1.2.3'), version);
    await assert.rejects(insert(someVersion()), { code: 'version-exists' });
    assert.deepEqual(await engine().versions.find(rejected.id), rejected);
  });

  test('rejecting a version frees its label', async () => {
    const version = someVersion({ state: 'quarantined' });
    await insert(version);
    await change({ ...version, state: 'rejected', revision: 2 });
    await insert(someVersion());
  });

  test('of many who publish a label at once, one does', async () => {
    const rivals = Array.from({ length: 20 }, (_, i) => someVersion({ uploadId: `up${i}` }));
    const outcomes = await Promise.allSettled(rivals.map((version) => insert(version)));
    const winners = rivals.filter((_, i) => outcomes[i]?.status === 'fulfilled');
    assert.equal(winners.length, 1);
    assert.deepEqual(await engine().versions.findByLabel('p1', '1.2.3'), winners[0]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'version-exists');
    }
  });

  test('a change from another revision than the stored one is refused and changes nothing', async () => {
    const version = someVersion({ state: 'pending', revision: 5 });
    await insert(version);
    for (const revision of [1, 4, 5, 7]) {
      await assert.rejects(change({ ...version, state: 'published', revision }), { code: 'state-conflict' });
    }
    await assert.rejects(change(someVersion({ revision: 2 })), { code: 'state-conflict' });
    assert.deepEqual(await engine().versions.find(version.id), version);
    const changed = someVersion({ id: version.id, state: 'yanked', reason: 'broken', revision: 6 });
    await change(changed);
    assert.deepEqual(await engine().versions.find(version.id), changed);
  });

  test('versions are listed by descending precedence of their labels, pre-releases below their release', async () => {
    const shuffled = [5, 12, 0, 8, 3, 13, 1, 10, 7, 2, 11, 6, 9, 4];
    await insert(...shuffled.map((i) => someVersion({ label: ascending[i] ?? '' })));
    await insert(someVersion({ packageId: 'p2', label: '3.0.0' }));
    for (const limit of [1, 3, 14, 20]) {
      const seen = await walk((page) => engine().versions.list('p1', { states: ['published'] }, page), limit);
      assert.deepEqual(
        seen.map(({ label }) => label),
        ascending.toReversed(),
        `limit ${limit}`,
      );
    }
  });

  test('several versions of one label, all but one rejected, are all listed on however many pages', async () => {
    const versions = [
      ...Array.from({ length: 4 }, () => someVersion({ state: 'rejected' })),
      someVersion({ state: 'published' }),
    ];
    await insert(...versions);
    const seen = await walk(
      (page) => engine().versions.list('p1', { states: ['rejected', 'published'] }, page),
      1,
    );
    assert.deepEqual(seen.map(({ id }) => id).sort(), versions.map(({ id }) => id).sort());
  });

  test('states narrow the list, on every page', async () => {
    const states: VersionState[] = ['published', 'pending', 'yanked', 'quarantined', 'published', 'deleted'];
    await insert(...states.map((state, i) => someVersion({ state, label: `1.0.${i}` })));
    const seen = await walk(
      (page) => engine().versions.list('p1', { states: ['published', 'yanked'] }, page),
      1,
    );
    assert.deepEqual(
      seen.map(({ label }) => label),
      ['1.0.4', '1.0.2', '1.0.0'],
    );
  });

  const ranges: readonly [range: string, labels: readonly string[]][] = [
    ['1.0.0', ['1.0.0']],
    ['1.0.0-rc.1', ['1.0.0-rc.1']],
    ['3.0.0', []],
    ['1.0.0-2.0.0', ['2.0.0', '1.10.0', '1.2.0', '1.0.0']],
    ['^1.0.0', ['1.10.0', '1.2.0', '1.0.0']],
    ['~1.2.0', ['1.2.0']],
    ['^1.0.0-rc.1', ['1.10.0', '1.2.0', '1.0.0', '1.0.0-rc.1']],
    ['^10.0.0', ['10.0.0']],
    ['^0.9.0', ['0.9.0']],
  ];
  test('ranges of labels narrow the list; pre-releases are in those that name one', async () => {
    await insert(...ascending.map((label) => someVersion({ label })));
    for (const [range, labels] of ranges) {
      const filter = { states: ['published'], labels: parseRange(range) } as const;
      const seen = await walk((page) => engine().versions.list('p1', filter, page));
      assert.deepEqual(
        seen.map(({ label }) => label),
        labels,
        range,
      );
    }
  });

  test('what waits is listed over all packages, the oldest first, without gap or repetition', async () => {
    const waiting = [1, 2, 3, 4, 5].map((i) =>
      someVersion({ packageId: `p${6 - i}`, state: 'quarantined', label: `${6 - i}.0.0` }),
    );
    await insert(...waiting, someVersion({ state: 'rejected' }), someVersion({ state: 'published' }));
    const list = (page: PageRequest) => engine().versions.listByState('quarantined', page);
    assert.deepEqual(await walk(list), waiting);
    const [first] = waiting;
    assert.ok(first);
    await change({ ...first, state: 'releasing', revision: 2 });
    assert.deepEqual(await walk(list), waiting.slice(1));
  });

  test('what waits for reviewers is counted, with the time since when the oldest does', async () => {
    assert.deepEqual(await engine().versions.quarantineStatistics(), { waiting: 0, oldestSince: null });
    const waiting = [3, 1, 2].map((day) =>
      someVersion({
        packageId: `p${day}`,
        state: 'quarantined',
        review: { since: new Date(`2026-01-0${day}T00:00:00Z`), approval: null },
      }),
    );
    const releasing = { since: new Date('2025-01-01T00:00:00Z'), approval: null };
    await insert(...waiting, someVersion({ packageId: 'p9', state: 'releasing', review: releasing }));
    const [, oldest] = waiting;
    assert.ok(oldest);
    assert.deepEqual(await engine().versions.quarantineStatistics(), {
      waiting: 3,
      oldestSince: new Date('2026-01-01T00:00:00Z'),
    });
    await change({ ...oldest, state: 'releasing', revision: 2 });
    assert.deepEqual(await engine().versions.quarantineStatistics(), {
      waiting: 2,
      oldestSince: new Date('2026-01-02T00:00:00Z'),
    });
  });

  test('versions with the same content are listed in whatever state and package, without gap or repetition', async () => {
    const digest = someDigest('shared');
    const sharing = versionStates.map((state, i) =>
      someVersion({ packageId: `p${i}`, label: `${i}.0.0`, state, digest }),
    );
    await insert(...sharing, someVersion({ label: '7.0.0' }), someVersion({ label: '8.0.0', digest: null }));
    const list = (page: PageRequest) => engine().versions.listByDigest(digest, page);
    for (const limit of [1, 3, 50]) assert.deepEqual(await walk(list, limit), sharing, `limit ${limit}`);
    assert.deepEqual(await engine().versions.listByDigest(someDigest('unknown'), { limit: 5 }), {
      items: [],
      next: null,
    });
  });

  test('a version is listed with its content from the change on that tells it, as it is now', async () => {
    const digest = someDigest('shared');
    const list = () => walk((page: PageRequest) => engine().versions.listByDigest(digest, page));
    const pending = someVersion({ state: 'pending', digest: null });
    await insert(pending);
    assert.deepEqual(await list(), []);
    const holding = { ...pending, digest, revision: 2 };
    await change(holding);
    assert.deepEqual(await list(), [holding]);
    const published = { ...holding, state: 'published', revision: 3 } as const;
    await change(published);
    assert.deepEqual(await list(), [published]);
    await change({ ...published, digest: someDigest('another'), revision: 4 });
    assert.deepEqual(await list(), []);
  });

  for (const state of ['published', 'yanked'] as const) {
    test(`all ${state} versions are listed, page by page`, async () => {
      const versions = [1, 2, 3, 4, 5].map((i) => someVersion({ packageId: `p${6 - i}`, state }));
      await insert(...versions, someVersion({ packageId: 'p9', state: 'deleted' }));
      assert.deepEqual(await walk((page) => engine().versions.listByState(state, page), 2), versions);
    });
  }

  test('a cursor that is not ours is refused', async () => {
    await insert(someVersion({ state: 'quarantined' }));
    const page = { limit: 2, after: 'nonsense' };
    await assert.rejects(engine().versions.list('p1', { states: ['quarantined'] }, page), {
      code: 'invalid-cursor',
    });
    await assert.rejects(engine().versions.listByState('quarantined', page), { code: 'invalid-cursor' });
    const digest = someDigest('tokenizer');
    await assert.rejects(engine().versions.listByDigest(digest, page), { code: 'invalid-cursor' });
  });
});
