import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { migrationsIn, stepName, stepsOf, worksFromOf } from './schema-versions.ts';

const folders = ['sqlite', 'postgres'].map(
  (engine) => new URL(`../../../migrations/${engine}/`, import.meta.url),
);

/** Wrong declarations: one that is not read would be taken for none, and one that is too early says what is not so. */
function problemsOf(scripts: ReadonlyMap<string, string>): string[] {
  const names = [...scripts.keys()].sort();
  return [...scripts].flatMap(([name, script]) => {
    const declared = worksFromOf(script);
    if (declared === null) {
      return /works with|works from/i.test(script.replaceAll(/\bworks_from\b/g, ''))
        ? [`${name}: not read`]
        : [];
    }
    const before = names.slice(0, names.indexOf(name)).map((other) => other.slice(0, 4));
    if (!before.includes(declared)) return [`${name}: ${declared} is not before it`];
    // Releases that know no more refuse whatever they do not know, and the column came with it.
    return declared < '0019' ? [`${name}: ${declared} does not read what is declared`] : [];
  });
}

async function scriptsIn(folder: URL): Promise<Map<string, string>> {
  const names = await migrationsIn(folder);
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')] as const),
    ),
  );
}

describe('the migrations', () => {
  test('are the same on both engines, numbered without gaps, and declare the same', async () => {
    const [sqlite, postgres] = await Promise.all(folders.map(scriptsIn));
    assert.ok(sqlite && postgres && sqlite.size >= 19);
    const declared = (scripts: Map<string, string>) =>
      [...scripts].map(([name, script]) => [name, worksFromOf(script)]);
    assert.deepEqual(declared(sqlite), declared(postgres));
    assert.deepEqual(
      [...sqlite.keys()].map((name) => Number(name.slice(0, 4))),
      Array.from(sqlite, (_, place) => place + 1),
    );
  });

  test('declare what is read, and what can be so', async () => {
    for (const folder of folders) assert.deepEqual(problemsOf(await scriptsIn(folder)), []);
    const planted = new Map([
      ['0018-one.sql', '-- works with releases from: 0017\n'],
      ['0019-two.sql', 'ALTER TABLE schema_migrations ADD COLUMN works_from TEXT;'],
      ['0020-three.sql', '-- Works with releases from 0019\n'],
      ['0021-four.sql', '-- works with releases from: 0021\n'],
      ['0022-five.sql', '-- works with releases from: 0018\n'],
      ['0023-six.sql', '-- What it is for.\n-- works with releases from: 0019\nSELECT 1;\n'],
    ]);
    assert.deepEqual(problemsOf(planted), [
      '0018-one.sql: 0017 is not before it',
      '0020-three.sql: not read',
      '0021-four.sql: 0021 is not before it',
      '0022-five.sql: 0018 does not read what is declared',
    ]);
  });
});

test('rows from before the column was there declare nothing', () => {
  assert.deepEqual(stepsOf([{ name: '0001-audit.sql' }, { name: '0020-x.sql', works_from: '0019' }]), [
    { name: '0001-audit', worksFrom: null },
    { name: '0020-x', worksFrom: '0019' },
  ]);
  assert.equal(stepName('0001-audit.sql'), '0001-audit');
});
