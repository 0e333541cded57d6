// All records of an SQL database as plain ones, for moving a registry from engine to engine.
import { type Kysely, sql } from 'kysely';
import type { JobKind } from '../../core/jobs/index.ts';
import { readmeWords } from '../../core/packages/index.ts';
import {
  type KeptJob,
  type KeptPackage,
  type KeptUser,
  neverRemoved,
  type RecordTransfer,
  type RegistryRecords,
} from '../../core/transfer/index.ts';
import { auditEntryOf, auditRowOf } from './audit-rows.ts';
import {
  checkpointOf,
  checkpointRowOf,
  countLeaves,
  leafOf,
  leafRowOf,
  tileOf,
  tileRowOf,
} from './audit-tree.ts';
import { eventOf, eventRowOf } from './events.ts';
import { falseAlarmOf, falseAlarmRowOf } from './false-alarms.ts';
import { groupOf, groupRowOf } from './groups.ts';
import { hallmarkOf, hallmarkRowOf } from './hallmarks.ts';
import { itemOf, itemRowOf } from './items.ts';
import type { JobRow } from './jobs.ts';
import { type KeptTable, keptTable } from './kept-table.ts';
import { putReaders, removeReaders } from './package-readers.ts';
import { packageSearchChanges } from './package-search.ts';
import { type PackageRow, packageOf, packageRowOf } from './packages.ts';
import { policyOf, policyRowOf } from './policies.ts';
import { reportOf, reportRowOf } from './reports.ts';
import { dateOf, millisecondsOf } from './rows.ts';
import type { SqlDatabase, SqlDialect } from './sql-database.ts';
import type { Tables } from './tables.ts';
import { personalTokenOf, personalTokenRowOf, sessionOf, sessionRowOf } from './tokens.ts';
import { uploadOf, uploadRowOf } from './uploads.ts';
import { type UserRow, userOf, userRowOf } from './users.ts';
import { validatorOf, validatorRowOf } from './validators.ts';
import { verdictOf, verdictRowOf } from './verdicts.ts';
import { packageFileOf, versionFileRowOf } from './version-files.ts';
import { versionOf, versionRowOf } from './versions.ts';
import { deliveryOf, deliveryRowOf, webhookOf, webhookRowOf } from './webhooks.ts';

/** Over 60 lines: the table of all kinds. */
export function sqlRecordTransfer(database: SqlDatabase): RecordTransfer {
  const kept = <R, Row extends object>(table: KeptTable<R, Row>) => keptTable(database, table);
  const audit = kept({
    table: 'audit_entries',
    key: ['at', 'id'],
    order: { at: 'number', id: 'string' },
    rowOf: auditRowOf,
    recordOf: auditEntryOf,
    onConflict: 'stays',
  });
  return {
    user: kept(userTable),
    'former-user': kept(formerUserTable),
    group: kept({
      table: 'groups',
      key: ['id'],
      rowOf: groupRowOf,
      recordOf: groupOf,
      admit: takingNames,
      removing: (write, rows) => removeWhere(write, 'group_members', 'group_id', rows),
    }),
    'group-member': kept({
      table: 'group_members',
      key: ['group_id', 'user_id'],
      rowOf: ({ groupId, groupName, userId, userName }) => ({
        group_id: groupId,
        group_name: groupName,
        user_id: userId,
        user_name: userName,
      }),
      recordOf: (row) => ({
        groupId: row.group_id,
        groupName: row.group_name,
        userId: row.user_id,
        userName: row.user_name,
      }),
      admit: async (write, rows) => ofGroups(write, await ofUsers(write, rows)),
    }),
    session: kept({
      table: 'sessions',
      key: ['id'],
      rowOf: sessionRowOf,
      recordOf: sessionOf,
      admit: ofUsers,
    }),
    'personal-token': kept({
      table: 'personal_tokens',
      key: ['id'],
      rowOf: personalTokenRowOf,
      recordOf: personalTokenOf,
      admit: ofUsers,
    }),
    item: kept({ table: 'items', key: ['id'], rowOf: itemRowOf, recordOf: itemOf }),
    package: kept(packageTable(database.dialect)),
    version: kept({
      table: 'versions',
      key: ['id'],
      rowOf: versionRowOf,
      recordOf: versionOf,
      admit: takingLabels,
    }),
    'version-file': kept({
      table: 'version_files',
      key: ['version_id', 'path'],
      rowOf: ({ versionId, ...file }) => versionFileRowOf(versionId, file),
      recordOf: (row) => ({ versionId: row.version_id, ...packageFileOf(row) }),
    }),
    report: kept({ table: 'reports', key: ['version_id'], rowOf: reportRowOf, recordOf: reportOf }),
    verdict: kept({ table: 'verdicts', key: ['digest', 'id'], rowOf: verdictRowOf, recordOf: verdictOf }),
    hallmark: kept({
      table: 'hallmarks',
      key: ['version_id', 'id'],
      rowOf: hallmarkRowOf,
      recordOf: hallmarkOf,
    }),
    'false-alarm': kept({
      table: 'false_alarms',
      key: ['digest', 'rule'],
      rowOf: falseAlarmRowOf,
      recordOf: falseAlarmOf,
    }),
    policy: kept({
      table: 'policy_versions',
      key: ['number'],
      order: { number: 'number' },
      rowOf: policyRowOf,
      recordOf: policyOf,
    }),
    validator: kept({
      table: 'validator_versions',
      key: ['package_id', 'number'],
      order: { package_id: 'string', number: 'number' },
      rowOf: validatorRowOf,
      recordOf: validatorOf,
    }),
    upload: kept({ table: 'uploads', key: ['id'], rowOf: uploadRowOf, recordOf: uploadOf }),
    'content-hold': kept({
      table: 'content_holds',
      key: ['digest', 'version_id'],
      rowOf: ({ digest, versionId }) => ({ digest, version_id: versionId }),
      recordOf: (row) => ({ digest: row.digest, versionId: row.version_id }),
    }),
    'content-removal': kept({
      table: 'content_removals',
      key: ['digest'],
      rowOf: ({ digest }) => ({ digest }),
      recordOf: ({ digest }) => ({ digest }),
    }),
    webhook: kept({ table: 'webhooks', key: ['id'], rowOf: webhookRowOf, recordOf: webhookOf }),
    delivery: kept({
      table: 'webhook_deliveries',
      key: ['id'],
      rowOf: deliveryRowOf,
      recordOf: deliveryOf,
    }),
    event: kept({
      table: 'events',
      key: ['id'],
      order: { position: 'number' },
      rowOf: eventRowOf,
      recordOf: eventOf,
      onConflict: 'stays',
    }),
    job: kept({ table: 'jobs', key: ['id'], rowOf: jobRowOf, recordOf: jobOf }),
    'audit-entry': {
      ...audit,
      remove: neverRemoved,
    },
    'audit-leaf': {
      ...kept({
        table: 'audit_leaves',
        key: ['leaf_index'],
        order: { leaf_index: 'number' },
        rowOf: leafRowOf,
        recordOf: leafOf,
        onConflict: 'stays',
        stored: countLeaves,
      }),
      remove: neverRemoved,
    },
    'audit-tile': {
      ...kept({
        table: 'audit_tiles',
        key: ['level', 'tile_index'],
        order: { level: 'number', tile_index: 'number' },
        rowOf: tileRowOf,
        recordOf: tileOf,
      }),
      remove: neverRemoved,
    },
    'audit-checkpoint': {
      ...kept({
        table: 'audit_checkpoints',
        key: ['size'],
        order: { size: 'number' },
        rowOf: checkpointRowOf,
        recordOf: checkpointOf,
        onConflict: 'stays',
      }),
      remove: neverRemoved,
    },
  };
}

const userTable: KeptTable<KeptUser, UserRow> = {
  table: 'users',
  key: ['id'],
  where: sql`deleted_at IS NULL`,
  rowOf: ({ passwordHash, ...user }) => userRowOf(user, passwordHash),
  recordOf: (row) => ({ ...userOf(row), passwordHash: row.password_hash }),
  stored: countAdministrators,
  removing: async (write, rows) => {
    await removeOfUsers(write, rows);
    await countAdministrators(write);
  },
};

/** Nothing but the name is of use: the rest of the row is as if it had been emptied. */
const formerUserTable: KeptTable<RegistryRecords['former-user'], UserRow> = {
  table: 'users',
  key: ['id'],
  where: sql`deleted_at IS NOT NULL`,
  rowOf: ({ id, nameKey }) => ({
    id,
    name: nameKey,
    name_key: nameKey,
    password_hash: '',
    permissions: '',
    must_change_password: 0,
    session_generation: 0,
    created_at: 0,
    deleted_at: 0,
  }),
  recordOf: (row) => ({ id: row.id, nameKey: row.name_key }),
  admit: async (write, rows) => {
    await removeOfUsers(write, rows);
    return rows;
  },
  stored: countAdministrators,
};

async function countAdministrators(write: Kysely<Tables>): Promise<void> {
  await sql`UPDATE administrators SET count = (
    SELECT count(*) FROM users
    WHERE deleted_at IS NULL AND ' ' || permissions || ' ' LIKE '% admin %')`.execute(write);
}

/** `readme` and `known` are read beside the table's columns, and not stored in it. */
type FoundPackageRow = PackageRow & { readonly readme?: string | null; readonly known?: boolean | number };

function packageTable(dialect: SqlDialect): KeptTable<KeptPackage, FoundPackageRow> {
  const position = sql.ref('packages.position');
  return {
    table: 'packages',
    key: ['id'],
    reading: sql`
      (SELECT words FROM package_readmes r WHERE r.position = ${position}) AS readme,
      ${dialect.packageIndex.isKnown(position)} AS known`,
    rowOf: (kept) => packageRowOf(kept.package),
    recordOf: (row) => ({
      package: packageOf(row),
      readme: row.known ? readmeWords(row.readme ?? '').join(' ') : null,
    }),
    stored: async (write, records) => {
      for (const { package: pkg, readme } of records) {
        await putReaders(write, pkg);
        const { name, title, description } = pkg;
        const document = readme === null ? null : { name, title, description, readme };
        const change = { change: 'package.index', packageId: pkg.id, document } as const;
        await packageSearchChanges['package.index'](write, change, dialect);
      }
    },
    removing: async (write, rows) => {
      for (const { id } of rows) {
        await removeReaders(write, id);
        const change = { change: 'package.index', packageId: id, document: null } as const;
        await packageSearchChanges['package.index'](write, change, dialect);
      }
    },
  };
}

function jobRowOf(job: KeptJob): JobRow {
  return {
    id: job.id,
    kind: job.kind,
    payload: JSON.stringify(job.payload),
    state: job.state,
    run_at: job.runAt.getTime(),
    due_at: job.runAt.getTime(),
    attempt: job.attempt,
    lease_id: null,
    failed_at: millisecondsOf(job.failedAt),
    failure: job.failure,
  };
}

function jobOf(row: JobRow): KeptJob {
  return {
    id: row.id,
    kind: row.kind as JobKind,
    payload: JSON.parse(row.payload),
    state: row.state === 'dead' ? 'dead' : 'waiting',
    runAt: new Date(row.run_at),
    attempt: row.attempt,
    failedAt: dateOf(row.failed_at),
    failure: row.failure,
    leasedUntil: row.state === 'running' ? new Date(row.due_at) : null,
  };
}

/** Groups of these names with other ids go, and with them their members. */
async function takingNames<Row extends { id: string; name_key: string }>(
  write: Kysely<Tables>,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  for (const { id, name_key } of rows) {
    const others = await sql<{ id: string }>`
      SELECT id FROM groups WHERE name_key = ${name_key} AND id <> ${id}`.execute(write);
    await removeWhere(write, 'group_members', 'group_id', others.rows);
    await removeWhere(write, 'groups', 'id', others.rows);
  }
  return rows;
}

/** Versions of these labels with other ids go, unless they are rejected. */
async function takingLabels<Row extends { id: string; package_id: string; label: string; state: string }>(
  write: Kysely<Tables>,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  for (const { id, package_id, label, state } of rows) {
    if (state === 'rejected') continue;
    await sql`DELETE FROM versions WHERE package_id = ${package_id} AND label = ${label}
      AND state <> 'rejected' AND id <> ${id}`.execute(write);
  }
  return rows;
}

async function ofUsers<Row extends { user_id: string }>(
  write: Kysely<Tables>,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const known = await existing(
    write,
    'users',
    rows.map((row) => row.user_id),
  );
  return rows.filter((row) => known.has(row.user_id));
}

async function ofGroups<Row extends { group_id: string }>(
  write: Kysely<Tables>,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const known = await existing(
    write,
    'groups',
    rows.map((row) => row.group_id),
  );
  return rows.filter((row) => known.has(row.group_id));
}

async function existing(
  write: Kysely<Tables>,
  table: 'users' | 'groups',
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await write.selectFrom(table).select('id').where('id', 'in', ids).execute();
  return new Set(rows.map((row) => row.id));
}

async function removeOfUsers(write: Kysely<Tables>, rows: readonly { id: string }[]): Promise<void> {
  for (const table of ['group_members', 'sessions', 'personal_tokens']) {
    await removeWhere(write, table, 'user_id', rows);
  }
}

async function removeWhere(
  write: Kysely<Tables>,
  table: string,
  column: string,
  rows: readonly { id: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  const ids = sql.join(rows.map((row) => row.id));
  await sql`DELETE FROM ${sql.table(table)} WHERE ${sql.ref(column)} IN (${ids})`.execute(write);
}
