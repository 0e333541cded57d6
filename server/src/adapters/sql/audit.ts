import { type SelectQueryBuilder, sql } from 'kysely';
import type {
  AuditAppended,
  AuditEntry,
  AuditFilter,
  AuditLog,
  DailyCount,
  DailyFilter,
} from '../../core/audit/index.ts';
import type { OperationName } from '../../core/operations.ts';
import { cursorFrom, type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import type { SqlDatabase } from './sqlite-database.ts';
import type { Tables } from './tables.ts';

interface AuditRow {
  id: string;
  at: number;
  operation: string;
  user_id: string | null;
  user_name: string | null;
  token_id: string | null;
  address: string;
  request_id: string;
  package_id: string | null;
  version_id: string | null;
  /** The whole subject as JSON; the two columns above are there to filter by. */
  subject: string;
  outcome: string;
  reason: string | null;
}

/** Written by a trigger of the database; empty texts stand for no user and no package. */
interface AuditDayRow {
  user_id: string;
  day: string;
  operation: string;
  package_id: string;
  count: number;
  size_bytes: number;
}

export interface AuditTables {
  audit_entries: AuditRow;
  audit_days: AuditDayRow;
}

export const auditChanges: ChangeAppliers<AuditAppended> = {
  'audit.append': (write, { entry }) => write.insertInto('audit_entries').values(rowOf(entry)).execute(),
};

/** SQLite binds at most 32,766 values in a statement; an entry has 13. */
const entriesPerStatement = 500;

/** A list looks at so many entries at most; a page that is not full because of this goes on with the next one. */
const maximumLookedAt = 5_000;

export class SqlAuditLog implements AuditLog {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async append(entries: readonly AuditEntry[]): Promise<void> {
    await this.#database.write.transaction().execute(async (write) => {
      for (let start = 0; start < entries.length; start += entriesPerStatement) {
        await write
          .insertInto('audit_entries')
          .values(entries.slice(start, start + entriesPerStatement).map(rowOf))
          .onConflict((conflict) => conflict.columns(['at', 'id']).doNothing())
          .execute();
      }
    });
  }

  async list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    const walk = walkOf(filter, page.after);
    const last = walk.passing.length === 0 ? null : await this.#lastLookedAt(walk);
    let query = along(this.#database.read.selectFrom('audit_entries').selectAll(), walk);
    if (last !== null) query = query.where(sql<boolean>`(at, id) >= (${last.at}, ${last.id})`);
    // The plus keeps SQLite from walking along another index, which the bounds would not hold for.
    for (const { column, values } of walk.passing)
      query = query.where(sql`+${sql.ref(column)}`, 'in', values);
    const rows = await query.limit(page.limit + 1).execute();
    const listed = pageOf(rows, page.limit, (row) => [row.at, row.id], entryOf);
    return last === null || listed.next !== null
      ? listed
      : { ...listed, next: cursorFrom([last.at, last.id]) };
  }

  /** Null when not more is left than a list looks at. */
  async #lastLookedAt(walk: Walk): Promise<Pick<AuditRow, 'at' | 'id'> | null> {
    const row = await along(this.#database.read.selectFrom('audit_entries').select(['at', 'id']), walk)
      .limit(1)
      .offset(maximumLookedAt - 1)
      .executeTakeFirst();
    return row ?? null;
  }

  async countByDay({
    userId,
    packageId,
    operations,
    from,
    until,
  }: DailyFilter): Promise<readonly DailyCount[]> {
    let query = this.#database.read
      .selectFrom('audit_days')
      .where('day', '>=', dayOf(from))
      .where('day', '<', dayOf(until));
    if (userId !== undefined) query = query.where('user_id', '=', userId);
    if (packageId !== undefined) query = query.where('package_id', '=', packageId);
    if (operations !== undefined) query = query.where('operation', 'in', operations);
    return await query
      .select([
        'day',
        'operation',
        sql<number>`sum(count)`.as('count'),
        sql<number>`sum(size_bytes)`.as('sizeBytes'),
      ])
      .groupBy(['day', 'operation'])
      .orderBy('day')
      .orderBy('operation')
      .execute()
      .then((rows) => rows.map((row) => ({ ...row })));
  }
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

interface Condition {
  readonly column: 'version_id' | 'package_id' | 'user_id' | 'outcome' | 'operation';
  readonly values: readonly string[];
}

/** The entries that a list goes through, newest first. */
interface Walk {
  /** All entries, or by an index those with one value. */
  readonly by: Condition | null;
  /** (at, id): the first included, the second not. */
  readonly from: readonly [number, string];
  readonly until: readonly [number, string];
  /** Entries that break one of these are passed over. */
  readonly passing: readonly Condition[];
}

function walkOf(filter: AuditFilter, after: string | undefined): Walk {
  const conditions = conditionsOf(filter);
  const by = conditions.find(({ values }) => values.length === 1 && values[0] !== 'succeeded') ?? null;
  const end: [number, string] = [filter.until?.getTime() ?? Number.MAX_SAFE_INTEGER, ''];
  const cursor = after === undefined ? end : (sortKeyOf(after, ['number', 'string']) as [number, string]);
  return {
    by,
    from: [filter.from?.getTime() ?? 0, ''],
    until: cursor[0] < end[0] ? cursor : end,
    passing: conditions.filter((condition) => condition !== by),
  };
}

/** Those first that the fewest entries meet. */
function conditionsOf({ versionId, packageId, userId, outcome, operations }: AuditFilter): Condition[] {
  const one = (column: Condition['column'], value: string | undefined): Condition[] =>
    value === undefined ? [] : [{ column, values: [value] }];
  return [
    ...one('version_id', versionId),
    ...one('package_id', packageId),
    ...one('user_id', userId),
    ...one('outcome', outcome),
    ...(operations === undefined ? [] : [{ column: 'operation', values: operations } as const]),
  ];
}

function along<O>(query: SelectQueryBuilder<Tables, 'audit_entries', O>, { by, from, until }: Walk) {
  const value = by?.values[0] ?? '';
  // The outcome in the text of the query lets SQLite see which index holds all of these entries.
  const wanted = by?.column === 'outcome' ? sql.lit(value) : value;
  const narrowed = by === null ? query : query.where(by.column, '=', wanted);
  return narrowed
    .where(sql<boolean>`(at, id) >= (${from[0]}, ${from[1]})`)
    .where(sql<boolean>`(at, id) < (${until[0]}, ${until[1]})`)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc');
}

function rowOf(entry: AuditEntry): AuditRow {
  return {
    id: entry.id,
    at: entry.at.getTime(),
    operation: entry.operation,
    user_id: entry.actor?.userId ?? null,
    user_name: entry.actor?.userName ?? null,
    token_id: entry.actor?.tokenId ?? null,
    address: entry.address,
    request_id: entry.requestId,
    package_id: entry.subject.packageId ?? null,
    version_id: entry.subject.versionId ?? null,
    subject: JSON.stringify(entry.subject),
    outcome: entry.outcome,
    reason: entry.reason,
  };
}

function entryOf(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: new Date(row.at),
    operation: row.operation as OperationName,
    actor:
      row.user_id === null
        ? null
        : { userId: row.user_id, userName: row.user_name ?? '', tokenId: row.token_id },
    address: row.address,
    requestId: row.request_id,
    subject: JSON.parse(row.subject),
    outcome: row.outcome as AuditEntry['outcome'],
    reason: row.reason,
  };
}
