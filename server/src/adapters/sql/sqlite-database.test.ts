import assert from 'node:assert/strict';
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
