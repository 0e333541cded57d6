import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openSqlite } from './sqlite-database.ts';

test('a row id beyond what a number can hold makes no later statement fail', async () => {
  const database = openSqlite(':memory:');
  const write = (text: string) => sql.raw(text).execute(database.write);
  await write('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)');
  // SQLite tells the last row id with every statement, and the full-text index uses such ones of its own.
  await write("INSERT INTO notes VALUES (9009810594856960, 'far out')");
  const changed = await write("UPDATE notes SET text = 'further out'");
  assert.equal(changed.numAffectedRows, 1n);
  await database.write.transaction().execute(async (transaction) => {
    await sql.raw('DELETE FROM notes').execute(transaction);
  });
  assert.deepEqual((await write('SELECT * FROM notes')).rows, []);
  await database.close();
});

test('a database that another process holds for too long is told as one that cannot just now', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-sqlite-'));
  const path = join(folder, 'registry.db');
  const [holder, waiting] = [openSqlite(path), openSqlite(path, { waitMs: 20 })];
  await sql.raw('CREATE TABLE notes (text TEXT)').execute(holder.write);
  await holder.write.transaction().execute(async () => {
    const write = sql.raw("INSERT INTO notes VALUES ('x')").execute(waiting.write);
    await assert.rejects(write, { name: 'StorageError', failure: 'transient' });
  });
  await holder.close();
  await waiting.close();
  await rm(folder, { recursive: true });
});
