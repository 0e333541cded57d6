import { sql } from 'kysely';
import type {
  AuditAppended,
  AuditEntry,
  AuditFilter,
  AuditLog,
  DailyCount,
  DailyFilter,
} from '../../core/audit/index.ts';
import { cursorFrom, type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import { type AuditRow, auditEntryOf, auditRowOf } from './audit-rows.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import type { SqlDatabase } from './sql-database.ts';

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
  'audit.append': (write, { entry }) => write.insertInto('audit_entries').values(auditRowOf(entry)).execute(),
};

/** SQLite binds at most 32,766 values in a statement; an entry has 14. */
const entriesPerStatement = 500;

/**
 * A list passes over so many entries at most, for filters that no index knows; a page that is not full because of this
 * goes on with the next one.
 */
const maximumLookedAt = 1_000;

/** One walk for each of so many operations that are asked for; for more of them one walk passes over others. */
const maximumWalks = 8;

export class SqlAuditLog implements AuditLog {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  /** Relaxed: whoever observes does not wait, and no request should wait for the disk because of it. */
  async append(entries: readonly AuditEntry[]): Promise<void> {
    await this.#database.relaxed((connection) =>
      connection.transaction().execute(async (write) => {
        for (let start = 0; start < entries.length; start += entriesPerStatement) {
          await write
            .insertInto('audit_entries')
            .values(entries.slice(start, start + entriesPerStatement).map(auditRowOf))
            .onConflict((conflict) => conflict.columns(['at', 'id']).doNothing())
            .execute();
        }
      }),
    );
  }

  async list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    const walks = walksOf(filter);
    const span = spanOf(filter, page.after);
    const ends = await Promise.all(walks.map((walk) => this.#lastLookedAt(walk, span)));
    const last = ends.reduce((one, other) => (isNewer(other, one) ? other : one), null);
    const found = await Promise.all(
      walks.map((walk) =>
        along(this.#database, walk, last === null ? span : { ...span, from: [last.at, last.id] })
          .selectAll()
          .limit(page.limit + 1)
          .execute(),
      ),
    );
    const rows = found.flat().sort((one, other) => (isNewer(one, other) ? -1 : 1));
    const listed = pageOf(rows.slice(0, page.limit + 1), page.limit, keyOf, auditEntryOf);
    return last === null || listed.next !== null ? listed : { ...listed, next: cursorFrom(keyOf(last)) };
  }

  /** Null when not more is left of the walk than a list looks at. */
  async #lastLookedAt(walk: Walk, span: Span): Promise<EntryKey | null> {
    if (walk.passing.length === 0) return null;
    const row = await along(this.#database, { ...walk, passing: [] }, span)
      .select(['at', 'id'])
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
    let query = this.#database.staleRead
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

type EntryKey = Pick<AuditRow, 'at' | 'id'>;

function keyOf({ at, id }: EntryKey): [number, string] {
  return [at, id];
}

function isNewer(one: EntryKey | null, other: EntryKey | null): boolean {
  if (one === null || other === null) return one !== null;
  return one.at > other.at || (one.at === other.at && one.id > other.id);
}

interface Condition {
  readonly column: 'version_id' | 'package_id' | 'user_id' | 'outcome' | 'operation';
  readonly values: readonly string[];
}

/** Entries that an index gives, newest first: those that meet the conditions `by`, which have one value each. */
interface Walk {
  readonly by: readonly Condition[];
  /** Entries that break one of these are passed over. */
  readonly passing: readonly Condition[];
}

/** The walks that have every entry sought, each once. */
function walksOf(filter: AuditFilter): Walk[] {
  const { versionId, packageId, userId, outcome, operations } = filter;
  const is = (column: Condition['column'], value: string | undefined): Condition[] =>
    value === undefined ? [] : [{ column, values: [value] }];
  const [version, pkg, user] = [
    is('version_id', versionId),
    is('package_id', packageId),
    is('user_id', userId),
  ];
  const [ended, operation] = [is('outcome', outcome), (operations ?? []).map((one) => is('operation', one))];
  const done: Condition[] = operations === undefined ? [] : [{ column: 'operation', values: operations }];
  if (versionId !== undefined) return [{ by: version, passing: [...pkg, ...user, ...ended, ...done] }];
  if (packageId !== undefined) return [{ by: pkg, passing: [...user, ...ended, ...done] }];
  if (operations !== undefined && operations.length <= maximumWalks) {
    return operation.map((one) => ({ by: [...user, ...one], passing: ended }));
  }
  if (userId !== undefined) return [{ by: user, passing: [...ended, ...done] }];
  return outcome === 'succeeded'
    ? [{ by: [], passing: [...ended, ...done] }]
    : [{ by: ended, passing: done }];
}

/** (at, id), the first included, the second not. */
interface Span {
  readonly from: readonly [number, string];
  readonly until: readonly [number, string];
}

function spanOf({ from, until }: AuditFilter, after: string | undefined): Span {
  const end: [number, string] = [until?.getTime() ?? Number.MAX_SAFE_INTEGER, ''];
  const cursor = after === undefined ? end : (sortKeyOf(after, ['number', 'string']) as [number, string]);
  return { from: [from?.getTime() ?? 0, ''], until: cursor[0] < end[0] ? cursor : end };
}

function along({ dialect, staleRead }: SqlDatabase, { by, passing }: Walk, { from, until }: Span) {
  let query = staleRead
    .selectFrom('audit_entries')
    .where(sql<boolean>`(at, id) >= (${from[0]}, ${from[1]})`)
    .where(sql<boolean>`(at, id) < (${until[0]}, ${until[1]})`);
  for (const { column, values } of by) {
    const [value = ''] = values;
    // The outcome in the text of the query lets the database see which index has all of these entries.
    query = query.where(column, '=', column === 'outcome' ? sql.lit(value) : value);
  }
  // Walking along an index of this column instead would be another walk.
  for (const { column, values } of passing) query = query.where(dialect.unindexed(column), 'in', values);
  return query.orderBy('at', 'desc').orderBy('id', 'desc');
}
