import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { someAuditEntry } from '../../../test/support/samples.ts';
import { auditColumns, auditValuesOf } from './audit-rows.ts';
import { migrate } from './migrate.ts';
import { SqliteAuditWriter } from './sqlite-audit-writer.ts';
import { openSqlite } from './sqlite-database.ts';

const folder = await mkdtemp(join(tmpdir(), 'assay-audit-writer-'));
after(() => rm(folder, { recursive: true }));

async function opened(name: string) {
  const path = join(folder, name);
  const database = openSqlite(path);
  await migrate(database);
  const writer = new SqliteAuditWriter({ path, waitMs: 20, columns: auditColumns });
  const ids = async () => {
    const rows = await database.read.selectFrom('audit_entries').select('id').orderBy('id').execute();
    return rows.map(({ id }) => id);
  };
  return { database, writer, ids };
}

test('batches of every size are in the database when they resolve, each entry once', async () => {
  const { database, writer, ids } = await opened('sizes.db');
  const entries = Array.from({ length: 260 }, () => someAuditEntry());
  const values = entries.map(auditValuesOf);
  await Promise.all([writer.append(values.slice(0, 1)), writer.append(values.slice(1, 30))]);
  assert.equal((await ids()).length, 30);
  await writer.append(values);
  assert.deepEqual(await ids(), entries.map(({ id }) => id).sort());
  await writer.close();
  await database.close();
});

test('a batch that cannot be written now is told, leaves nothing, and can be appended later', async () => {
  const { database, writer, ids } = await opened('locked.db');
  const values = [someAuditEntry(), someAuditEntry()].map(auditValuesOf);
  await database.write.transaction().execute(async () => {
    await assert.rejects(writer.append(values), { name: 'StorageError', failure: 'transient' });
  });
  assert.deepEqual(await ids(), []);
  await writer.append(values);
  assert.equal((await ids()).length, 2);
  await writer.close();
  await database.close();
});

test('one entry that cannot be written keeps its whole batch out', async () => {
  const { database, writer, ids } = await opened('broken.db');
  const [good, bad] = [auditValuesOf(someAuditEntry()), auditValuesOf(someAuditEntry())];
  const broken = bad.map((value, i) => (auditColumns[i] === 'outcome' ? null : value));
  await assert.rejects(writer.append([good, broken]), { name: 'StorageError' });
  assert.deepEqual(await ids(), []);
  await writer.close();
  await database.close();
});

test('closing waits for what was begun, and one that never wrote has nothing to close', async () => {
  const { database, writer, ids } = await opened('closing.db');
  const appended = writer.append([auditValuesOf(someAuditEntry())]);
  await writer.close();
  await appended;
  assert.equal((await ids()).length, 1);
  await new SqliteAuditWriter({
    path: join(folder, 'closing.db'),
    waitMs: 20,
    columns: auditColumns,
  }).close();
  await database.close();
});

test('a thread that cannot begin is told, and another one is started for the next batch', async () => {
  const path = join(folder, 'not yet', 'late.db');
  const writer = new SqliteAuditWriter({ path, waitMs: 20, columns: auditColumns });
  const values = [auditValuesOf(someAuditEntry())];
  await assert.rejects(writer.append(values), { name: 'StorageError', failure: 'transient' });
  await assert.rejects(writer.append(values), { name: 'StorageError', failure: 'transient' });
  await writer.close();
});
