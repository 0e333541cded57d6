import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Audience,
  type Package,
  parseRange,
  type SearchDocument,
  type Version,
} from '../../src/core/packages/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { somePackage, someVersion } from '../support/samples.ts';

describeOnEveryEngine('PackageSearch', (engine) => {
  const index = (pkg: Package, document: SearchDocument | null) =>
    engine().commit([{ change: 'package.index', packageId: pkg.id, document }]);

  /** A package with a published version, findable by the texts. */
  const add = async (
    texts: Partial<SearchDocument> & { name: string },
    fields: Partial<Package> = {},
    versions: readonly Partial<Version>[] = [{}],
  ) => {
    const pkg = somePackage({ title: '', description: '', ...fields, name: texts.name });
    await engine().commit([
      { change: 'package.insert', package: pkg },
      ...versions.map(
        (version) =>
          ({ change: 'version.insert', version: someVersion({ ...version, packageId: pkg.id }) }) as const,
      ),
      {
        change: 'package.index',
        packageId: pkg.id,
        document: { title: '', description: '', readme: '', ...texts },
      },
    ]);
    return pkg;
  };

  const ranked = async (words: string, query: { kind?: Package['kind']; range?: string } = {}) => {
    const { kind, range } = query;
    const labels = range === undefined ? undefined : parseRange(range);
    const found = await engine().search.search({ words, kind, labels }, { limit: 200 });
    return found.items.map((hit) => hit.package.name);
  };
  const found = async (...asked: Parameters<typeof ranked>) => (await ranked(...asked)).sort();

  test('a package is found by a word of its name, title, description or README', async () => {
    const pkg = await add({
      name: 'fast-tokenizer',
      title: 'Quick splitting',
      description: 'Cuts sentences',
      readme: '# Usage\n\nRun `tokenize()`.',
    });
    await add({ name: 'unrelated' });
    for (const word of ['fast', 'tokenizer', 'splitting', 'sentences', 'usage', 'TOKENIZE', 'Quick']) {
      const hits = await engine().search.search({ words: word }, { limit: 10 });
      assert.deepEqual(
        hits.items.map((hit) => hit.package),
        [pkg],
        word,
      );
    }
  });

  test('all words must occur, wherever', async () => {
    await add({ name: 'image-tokenizer', readme: 'for photographs' });
    await add({ name: 'text-tokenizer', readme: 'for letters' });
    assert.deepEqual(await found('tokenizer'), ['image-tokenizer', 'text-tokenizer']);
    assert.deepEqual(await found('tokenizer photographs'), ['image-tokenizer']);
    assert.deepEqual(await found('photographs image'), ['image-tokenizer']);
    assert.deepEqual(await found('tokenizer letters image'), []);
  });

  test('the last word may be the beginning of one, the others may not', async () => {
    await add({ name: 'image-tokenizer' });
    assert.deepEqual(await found('tok'), ['image-tokenizer']);
    assert.deepEqual(await found('image to'), ['image-tokenizer']);
    assert.deepEqual(await found('imag tokenizer'), []);
    assert.deepEqual(await found('okenizer'), []);
  });

  test('who has the word in the name comes before who has it in the README', async () => {
    await add({ name: 'one', readme: `segmenter ${'and other words '.repeat(50)}` });
    await add({ name: 'segmenter', readme: 'and other words '.repeat(50) });
    await add({ name: 'three', readme: 'segmenter' });
    assert.equal((await ranked('segmenter'))[0], 'segmenter');
    assert.equal((await ranked('segm'))[0], 'segmenter');
    assert.equal((await ranked('segmenter')).length, 3);
  });

  test('better hits have higher scores', async () => {
    await add({ name: 'one', readme: 'segmenter' });
    await add({ name: 'segmenter' });
    const scores = (await engine().search.search({ words: 'segmenter' }, { limit: 10 })).items.map(
      ({ score }) => score,
    );
    assert.deepEqual(
      scores,
      scores.toSorted((one, other) => other - one),
    );
  });

  test('only published packages are found, by words and without', async () => {
    await add({ name: 'shown' }, { state: 'published' });
    await add({ name: 'never-shown-1' }, { state: 'hidden' });
    await add({ name: 'never-shown-2' }, { state: 'yanked' });
    await add({ name: 'never-shown-3' }, { state: 'deleted' });
    for (const words of ['shown', 'never', '']) {
      assert.deepEqual(await found(words), words === 'never' ? [] : ['shown'], words);
    }
  });

  test('a package is found as long as its present state allows it', async () => {
    const pkg = await add({ name: 'tokenizer' });
    const turn = (state: Package['state'], revision: number) =>
      engine().commit([{ change: 'package.change', package: { ...pkg, state, revision } }]);
    await turn('yanked', 2);
    assert.deepEqual(await found('tokenizer'), []);
    await turn('published', 3);
    assert.deepEqual(await found('tokenizer'), ['tokenizer']);
  });

  test('without words every package is found', async () => {
    await add({ name: 'one' });
    await add({ name: 'other' }, { kind: 'dataset' });
    for (const words of ['', '   ', '!?', '"', '*'])
      assert.deepEqual(await found(words), ['one', 'other'], words);
    assert.deepEqual(await found('', { kind: 'dataset' }), ['other']);
  });

  test('the kind narrows', async () => {
    await add({ name: 'tokenizer' }, { kind: 'model' });
    await add({ name: 'tokenizer' }, { kind: 'code' });
    const hits = await engine().search.search({ words: 'tokenizer', kind: 'code' }, { limit: 10 });
    assert.deepEqual(
      hits.items.map((hit) => hit.package.kind),
      ['code'],
    );
  });

  test('a range of labels narrows to packages with a published version in it', async () => {
    const out = { state: 'published' } as const;
    await add({ name: 'old-tool' }, {}, [
      { ...out, label: '1.0.0' },
      { ...out, label: '1.9.0' },
    ]);
    await add({ name: 'new-tool' }, {}, [
      { ...out, label: '1.5.0' },
      { ...out, label: '2.1.0' },
    ]);
    await add({ name: 'next-tool' }, {}, [
      { ...out, label: '0.1.0' },
      { ...out, label: '3.0.0-rc.1' },
    ]);
    await add({ name: 'gone-tool' }, {}, [
      { ...out, label: '1.0.0' },
      { state: 'yanked', label: '2.0.0' },
      { state: 'quarantined', label: '2.0.1' },
      { state: 'deleted', label: '2.0.2' },
    ]);
    assert.deepEqual(await found('tool', { range: '^2.0.0' }), ['new-tool']);
    assert.deepEqual(await found('tool', { range: '2.0.0-9.0.0' }), ['new-tool']);
    assert.deepEqual(await found('tool', { range: '1.9.0' }), ['old-tool']);
    assert.deepEqual(await found('', { range: '~1.5.0' }), ['new-tool']);
    assert.deepEqual(await found('tool', { range: '3.0.0-rc.1' }), ['next-tool']);
    assert.deepEqual(await found('old', { range: '^2.0.0' }), []);
    assert.deepEqual(await found('tool', { range: '1.0.0' }), ['gone-tool', 'old-tool']);
  });

  test('to an audience only what is visible to it is found, by words and without, however much is not', async () => {
    const eve = { userId: 'eve', groupIds: new Set(['g1', 'g2']) };
    const rest = { visibility: 'groups', visibleTo: ['g3', 'eve'], ownerId: 'g1' } as const;
    for (let nth = 0; nth < 60; nth++) await add({ name: `other-tool-${nth}`, readme: 'handbook' }, rest);
    await add({ name: 'open-tool', readme: 'handbook' });
    await add({ name: 'shared-tool', readme: 'handbook' }, { visibility: 'groups', visibleTo: ['g3', 'g2'] });
    await add({ name: 'own-tool', readme: 'handbook' }, { visibility: 'owner', ownerId: 'eve' });
    for (let nth = 60; nth < 120; nth++) await add({ name: `other-tool-${nth}`, readme: 'handbook' }, rest);
    const seen = async (words: string, audience: Audience | undefined, limit: number) =>
      (await walk((page) => engine().search.search({ words, audience }, page), limit)).map(
        (hit) => hit.package.name,
      );
    const nobody = { userId: null, groupIds: new Set<string>() };
    for (const words of ['tool', 'to', 'handbook', 'tool handbook', '']) {
      for (const limit of [1, 2, 50]) {
        const visible = ['own-tool', 'shared-tool', 'open-tool'];
        assert.deepEqual(await seen(words, eve, limit), visible, `${words}, limit ${limit}`);
      }
      assert.deepEqual(await seen(words, nobody, 50), ['open-tool'], words);
    }
    assert.equal((await seen('tool', undefined, 200)).length, 123);
    assert.deepEqual(await seen('other', eve, 50), []);
    const first = await engine().search.search({ words: 'tool', audience: eve }, { limit: 2 });
    assert.deepEqual([first.items.length, first.complete], [2, true], 'a full page');
  });

  test('a package is found by those who may see it now', async () => {
    const eve = { userId: 'eve', groupIds: new Set(['g1']) };
    const pkg = await add({ name: 'tokenizer' });
    const seen = async () =>
      (await engine().search.search({ words: 'tokenizer', audience: eve }, { limit: 5 })).items.length;
    const see = (fields: Partial<Package>, revision: number) =>
      engine().commit([{ change: 'package.change', package: { ...pkg, ...fields, revision } }]);
    await see({ visibility: 'owner' }, 2);
    assert.equal(await seen(), 0);
    await see({ visibility: 'groups', visibleTo: ['g1'] }, 3);
    assert.equal(await seen(), 1);
    await see({ visibility: 'groups', visibleTo: ['g2'] }, 4);
    assert.equal(await seen(), 0);
    await see({}, 5);
    assert.equal(await seen(), 1);
  });

  test('indexing again replaces what was findable', async () => {
    const pkg = await add({ name: 'tokenizer', title: 'early', description: 'early', readme: 'early' });
    await index(pkg, { name: 'tokenizer', title: 'late', description: 'later', readme: 'latest' });
    assert.deepEqual(await found('early'), []);
    assert.deepEqual(await found('late later latest'), ['tokenizer']);
    assert.deepEqual(await found('tokenizer'), ['tokenizer']);
  });

  test('indexing without a README keeps the one that was indexed; an empty one takes its place', async () => {
    const pkg = await add({ name: 'tokenizer', title: 'early', readme: 'handbook' });
    await index(pkg, { name: 'tokenizer', title: 'late', description: '' });
    assert.deepEqual(await found('late handbook'), ['tokenizer']);
    await index(pkg, { name: 'tokenizer', title: 'late', description: '', readme: '' });
    assert.deepEqual(await found('late'), ['tokenizer']);
    assert.deepEqual(await found('handbook'), []);
  });

  test('a package that was never indexed may be indexed without a README', async () => {
    const pkg = somePackage({ name: 'bare' });
    await engine().commit([
      { change: 'package.insert', package: pkg },
      { change: 'package.index', packageId: pkg.id, document: { name: 'bare', title: '', description: '' } },
    ]);
    assert.deepEqual(await found('bare'), ['bare']);
  });

  test('a package is not findable by words any more when its document is taken away, others still are', async () => {
    const pkg = await add({ name: 'first-tokenizer', readme: 'handbook' });
    await add({ name: 'other-tokenizer' });
    await index(pkg, null);
    await index(pkg, null);
    assert.deepEqual(await found('tokenizer'), ['other-tokenizer']);
    await index(pkg, { name: 'first-tokenizer', title: '', description: '' });
    assert.deepEqual(await found('tokenizer'), ['first-tokenizer', 'other-tokenizer']);
    assert.deepEqual(await found('handbook'), [], 'a README that was taken away is gone');
  });

  test('pages run through all hits without gap or repetition, also those that are equally good', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `tool-${String(i).padStart(2, '0')}`);
    for (const [i, name] of names.entries()) {
      await add({ name, readme: i % 3 === 0 ? 'tool tool' : 'same' });
    }
    for (const words of ['tool', 'tool same', '']) {
      const whole = await ranked(words);
      for (const limit of [1, 4, 12]) {
        const seen = await walk((page) => engine().search.search({ words }, page), limit);
        assert.deepEqual(
          seen.map((hit) => hit.package.name),
          whole,
          `${words}, limit ${limit}`,
        );
      }
      assert.equal(new Set(whole).size, whole.length);
    }
    assert.deepEqual(await found('tool'), names);
  });

  test('a cursor that is not ours is refused', async () => {
    await add({ name: 'tokenizer' });
    await assert.rejects(engine().search.search({ words: 'tokenizer' }, { limit: 2, after: 'nonsense' }), {
      code: 'invalid-cursor',
    });
  });

  const hostile = [
    '"',
    '""',
    '"tokenizer',
    'tokenizer"',
    "'; DROP TABLE packages; --",
    'tokenizer*',
    '*tokenizer',
    '* * *',
    '^tokenizer',
    'AND',
    'OR',
    'NOT tokenizer',
    'NEAR(tokenizer other, 3)',
    'tokenizer NEAR other',
    'tokenizer AND NOT other',
    'name:tokenizer',
    '{name title}: tokenizer',
    '- name : tokenizer',
    'name : ^ "tokenizer"',
    '(tokenizer',
    'tokenizer)',
    'a + b',
    '%',
    '_',
    '\\',
    '🦊',
    '🦊tokenizer🦊',
    '\ud800',
    'token\0izer',
    '\0',
    'e\u0301',
    '\u202etokenizer',
    '．．／',
    'token\nizer\t',
    'x'.repeat(10_000),
    'word '.repeat(2_000),
    '"'.repeat(10_000),
    '('.repeat(10_000),
  ];
  test('whatever is asked for is taken as words, never as an expression', async () => {
    await add({ name: 'tokenizer', readme: 'name title' });
    await add({ name: 'other' });
    for (const words of hostile) {
      const whole = await engine().search.search({ words }, { limit: 10 });
      assert.ok(whole.items.length <= 2, words.slice(0, 40));
    }
    for (const words of ['"tokenizer', 'tokenizer*', '^tokenizer', '(tokenizer', '🦊tokenizer🦊']) {
      assert.deepEqual(await found(words), ['tokenizer'], words);
    }
    assert.deepEqual(await found('NOT tokenizer'), [], '`not` is a word');
    assert.deepEqual(await found('tokenizer OR other'), [], '`or` is a word');
    assert.deepEqual(await found('name:tokenizer'), ['tokenizer'], '`name` is a word');
  });

  test('whatever text is indexed, it is found by its words and hurts nobody', async () => {
    for (const [i, text] of hostile.entries()) {
      await add({ name: `hostile-${i}`, title: text, description: text, readme: `${text} ${text} handbook` });
    }
    await add({ name: 'tame', readme: 'handbook' });
    assert.equal((await found('hostile')).length, hostile.length);
    assert.deepEqual(await found('tame handbook'), ['tame']);
    assert.equal((await found('handbook')).length, hostile.length + 1);
  });
});
