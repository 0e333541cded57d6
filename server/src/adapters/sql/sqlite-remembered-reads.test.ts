import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RememberedReads } from './sqlite-remembered-reads.ts';

const folder = await mkdtemp(join(tmpdir(), 'assay-remembered-'));
after(() => rm(folder, { recursive: true }));
const path = join(folder, 'notes.db');
const [reader, writer] = [new DatabaseSync(path), new DatabaseSync(path)];
writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (id TEXT, text TEXT)');
writer.exec("INSERT INTO notes VALUES ('a', 'first')");

const write = (text: string) => writer.prepare('UPDATE notes SET text = ?').run(text);
/** As a commit of the engine does it: resolves some time after the database has changed. */
const commit = async (text: string) => {
  await null;
  write(text);
  await null;
};

function noteReader(maximum?: number) {
  const asked: string[] = [];
  const select = reader.prepare('SELECT text FROM notes WHERE id = ?');
  const reads = new RememberedReads(reader, maximum);
  const find = reads.remembering(async (id) => {
    asked.push(id);
    return select.get(id)?.text;
  });
  return { find, asked };
}

test('the database is asked once until somebody changes it, and then again', async () => {
  write('first');
  const { find, asked } = noteReader();
  for (let i = 0; i < 3; i++) {
    assert.equal(await find('a'), 'first');
    await turn();
  }
  assert.deepEqual(asked, ['a']);
  write('second');
  await turn();
  assert.equal(await find('a'), 'second');
  assert.deepEqual(asked, ['a', 'a']);
});

test('whoever has waited for a commit reads what it wrote, however little time lies between', async () => {
  const { find } = noteReader();
  for (let i = 0; i < 100; i++) {
    const before = find('a');
    await commit(`text ${i}`);
    assert.equal(await find('a'), `text ${i}`);
    await before;
  }
});

test('of many that read and write at once nobody reads what was overwritten before it began', async () => {
  const { find } = noteReader();
  let [begun, written] = [0, 0];
  write('0');
  const others = Array.from({ length: 50 }, async (_, i) => {
    for (let j = 0; j < i % 7; j++) await null;
    if (i % 10 === 0) {
      begun += 1;
      const mine = begun;
      await commit(String(mine));
      written = mine;
    }
    const known = written;
    assert.ok(Number(await find('a')) >= known);
  });
  await Promise.all(others);
});

test('what could not be read is asked again', async () => {
  let down = true;
  const find = new RememberedReads(reader).remembering(async () => {
    if (down) throw new Error('not now');
    return 'well';
  });
  await assert.rejects(find('a'), /not now/);
  down = false;
  assert.equal(await find('a'), 'well');
});

test('only so much is remembered', async () => {
  const { find, asked } = noteReader(2);
  for (const id of ['a', 'b', 'c', 'c', 'b', 'a']) await find(id);
  assert.deepEqual(asked, ['a', 'b', 'c', 'a']);
});
