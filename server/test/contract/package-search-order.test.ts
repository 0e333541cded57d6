import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SearchDocument, Version } from '../../src/core/packages/index.ts';
import { parseRange } from '../../src/core/packages/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { somePackage, someVersion } from '../support/samples.ts';

describeOnEveryEngine('The order of PackageSearch', (engine) => {
  const add = async (texts: readonly (Partial<SearchDocument> & { name: string; label?: string })[]) => {
    const changes = texts.map(({ name, title = '', description = '', readme = '', label = '1.0.0' }) => {
      const pkg = somePackage({ name, title, description });
      const version: Version = someVersion({ packageId: pkg.id, label });
      const document = { name, title, description, readme };
      return [
        { change: 'package.insert', package: pkg },
        { change: 'version.insert', version },
        { change: 'package.index', packageId: pkg.id, document },
      ] as const;
    });
    for (let start = 0; start < changes.length; start += 8) {
      await engine().commit(changes.slice(start, start + 8).flat());
    }
  };
  const found = async (words: string) =>
    (await walk((page) => engine().search.search({ words }, page), 200)).map((hit) => hit.package.name);

  test('whose name is the words, name, title, description, one word in the name, anywhere; then the newest', async () => {
    const ordered = [
      { name: 'deep.parser' },
      { name: 'parser-deep-2' },
      { name: 'parser-deep-1' },
      { name: 'deep-parsers' },
      { name: 'deep-one', title: 'A parser' },
      { name: 'one', description: 'deep', title: 'parser' },
      { name: 'deep', readme: 'parser' },
      { name: 'other', title: 'deep', readme: 'parser' },
      { name: 'any', readme: 'parser deep' },
    ];
    await add(ordered.toReversed());
    await add([{ name: 'deep-alone' }, { name: 'parser-alone' }]);
    assert.deepEqual(
      await found('deep parser'),
      ordered.map(({ name }) => name),
    );
  });

  test('the order is the same however many hits there are', async () => {
    const kinds = [
      (nth: number) => ({ name: `plain-${nth}`, readme: 'deep parser' }),
      (nth: number) => ({ name: `deep-${nth}`, readme: 'parser' }),
      (nth: number) => ({ name: `said-${nth}`, description: 'a deep parser' }),
      (nth: number) => ({ name: `titled-${nth}`, title: 'Deep Parser' }),
      (nth: number) => ({ name: `deep-parsers-${nth}` }),
      (nth: number) => ({ name: `deep-parser-${nth}` }),
    ];
    const packages = Array.from({ length: 50 }, (_, nth) => kinds.map((kind) => kind(nth))).flat();
    await add(packages);
    const expected = kinds.flatMap((kind) => Array.from({ length: 50 }, (_, nth) => kind(nth).name));
    assert.deepEqual(await found('deep parser'), expected.toReversed());
    assert.deepEqual((await found('deep par')).toSorted(), expected.toSorted());
  });

  test('a search that hardly anything fits ends soon, says so, and goes on', async () => {
    const packages = Array.from({ length: 700 }, (_, nth) => ({
      name: `parser-${nth}`,
      label: nth === 3 ? '2.0.0' : '1.0.0',
    }));
    await add(packages);
    const query = { words: 'parser', labels: parseRange('^2.0.0') };
    const seen = await walk((page) => engine().search.search(query, page), 20);
    assert.deepEqual(
      seen.map((hit) => hit.package.name),
      ['parser-3'],
    );
    const first = await engine().search.search(query, { limit: 20 });
    assert.equal(first.complete, first.next === null);
  });
});
