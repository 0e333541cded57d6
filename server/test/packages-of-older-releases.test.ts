// What an older release has stored, or stores beside a newer one, says nothing about who may see and have a package:
// then it is everybody.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { packageOf, packageRowOf } from '../src/adapters/dynamodb/packages.ts';
import { uploadOf, uploadRowOf } from '../src/adapters/dynamodb/uploads.ts';
import { migrate } from '../src/adapters/sql/migrate.ts';
import { openPostgres } from '../src/adapters/sql/postgres-database.ts';
import type { SqlDatabase } from '../src/adapters/sql/sql-database.ts';
import { sqlEngine } from '../src/adapters/sql/sql-engine.ts';
import { openSqlite } from '../src/adapters/sql/sqlite-database.ts';
import { openAccess } from '../src/core/packages/index.ts';
import { postgresServer, takeDatabase } from './support/postgres-server.ts';
import { somePackage, someUpload } from './support/samples.ts';

const server = await postgresServer();
const somebody = { userId: 'somebody', groupIds: new Set<string>() };

test('in SQLite', async () => {
  const database = openSqlite(':memory:');
  await migrate(database);
  await checkOlderRows(database);
  await database.close();
});

test('in PostgreSQL', { skip: typeof server === 'string' ? server : false }, async () => {
  if (typeof server === 'string') return;
  const { settings, drop } = await takeDatabase(server);
  const database = openPostgres(settings);
  await checkOlderRows(database);
  await database.close();
  await drop();
});

async function checkOlderRows(database: SqlDatabase): Promise<void> {
  await sql`INSERT INTO packages (id, kind, name, name_key, title, description, owner_id, owner_name, state, created_at,
      updated_at, revision)
    VALUES ('p1', 'model', 'old', 'old', '', '', 'u1', 'ada', 'published', 0, 0, 1)`.execute(database.write);
  await sql`INSERT INTO uploads (id, user_id, user_name, state, kind, package_name, label, file_name, content_type,
      receiving, created_at, expires_at, revision)
    VALUES ('up1', 'u1', 'ada', 'open', 'model', 'old', '1.0.0', 'old.zip', 'application/zip',
      '{"method":"form"}', 0, 0, 1)`.execute(database.write);
  const { packages, uploads, commit } = sqlEngine(database);
  const pkg = await packages.find('p1');
  assert.ok(pkg);
  assert.deepEqual({ ...pkg, ...openAccess }, pkg);
  assert.deepEqual(await listedTo(packages), ['p1']);
  assert.equal((await uploads.find('up1'))?.access, null);
  const restricted = {
    ...pkg,
    visibility: 'groups',
    visibleTo: ['g1'],
    sensitive: true,
    revision: 2,
  } as const;
  await commit([{ change: 'package.change', package: restricted }]);
  // As an older release changes it: it keeps what it does not know.
  await sql`UPDATE packages SET title = 'Older', revision = 3 WHERE id = 'p1'`.execute(database.write);
  assert.deepEqual(await packages.find('p1'), { ...restricted, title: 'Older', revision: 3 });
  assert.deepEqual(await listedTo(packages), []);
}

async function listedTo(packages: ReturnType<typeof sqlEngine>['packages']): Promise<string[]> {
  const { items } = await packages.list({ states: ['published'], audience: somebody }, { limit: 5 });
  return items.map(({ id }) => id);
}

describe('in DynamoDB', () => {
  type Row = Parameters<typeof packageOf>[0];

  test('a package', () => {
    const pkg = somePackage({
      visibility: 'owner',
      visibleTo: ['g1'],
      sensitive: true,
      allowedGroups: ['g1'],
    });
    const { visibility, visibleTo, sensitive, allowedGroups, ...older } = packageRowOf(pkg);
    assert.deepEqual(packageOf(older as unknown as Row), { ...pkg, ...openAccess });
    const row = { ...older, visibility, visibleTo, sensitive, allowedGroups };
    assert.deepEqual(packageOf(row as unknown as Row), pkg);
  });

  test('an upload', () => {
    const upload = someUpload();
    const { access, ...older } = uploadRowOf(upload);
    assert.equal(access, null);
    assert.deepEqual(uploadOf(older), upload);
  });
});
