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
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
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
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
      }
    });
  }

  async list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    let query = narrowed(this.#database.read.selectFrom('audit_entries').selectAll(), filter);
    if (page.after !== undefined) {
      const [id] = sortKeyOf(page.after, ['string']) as [string];
      query = query.where('id', '<', id);
    }
    const rows = await query
      .orderBy('id', 'desc')
      .limit(page.limit + 1)
      .execute();
    return pageOf(rows, page.limit, (row) => [row.id], entryOf);
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

function narrowed<O>(query: SelectQueryBuilder<Tables, 'audit_entries', O>, filter: AuditFilter) {
  let narrowing = query;
  if (filter.userId !== undefined) narrowing = narrowing.where('user_id', '=', filter.userId);
  if (filter.packageId !== undefined) narrowing = narrowing.where('package_id', '=', filter.packageId);
  if (filter.versionId !== undefined) narrowing = narrowing.where('version_id', '=', filter.versionId);
  if (filter.operations !== undefined) narrowing = narrowing.where('operation', 'in', filter.operations);
  if (filter.outcome !== undefined) narrowing = narrowing.where('outcome', '=', filter.outcome);
  if (filter.from !== undefined) narrowing = narrowing.where('at', '>=', filter.from.getTime());
  if (filter.until !== undefined) narrowing = narrowing.where('at', '<', filter.until.getTime());
  return narrowing;
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
