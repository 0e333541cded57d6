import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { auditColumns } from './audit-rows.ts';
import { fts5Index } from './fts5-index.ts';
import type { SqlDatabase, SqlDialect } from './sql-database.ts';
import { SqliteAuditWriter } from './sqlite-audit-writer.ts';
import { told } from './sqlite-failures.ts';
import { RememberedReads } from './sqlite-remembered-reads.ts';
import type { Tables } from './tables.ts';

export interface SqliteDatabase extends SqlDatabase {
  /** Faster ways for what every request needs. Null in memory, where there is only one connection. */
  readonly fast: {
    readonly reads: RememberedReads;
    readonly auditWriter: SqliteAuditWriter;
  } | null;
}

/**
 * Opens (and creates) an SQLite file, WAL and FULL: a commit is on the disk when it resolves.
 * `:memory:` gives a database of its own, for tests. `waitMs`: how long a write waits for another process.
 */
export function openSqlite(path: string, { waitMs = 10_000 } = {}): SqliteDatabase {
  const writer = connect(path, waitMs);
  const write = new Kysely<Tables>({ dialect: new SqliteDialect({ database: asKyselyWants(writer) }) });
  // An in-memory database belongs to its connection, so both sides share it there.
  const reader = path === ':memory:' ? null : connect(path, waitMs);
  const read =
    reader === null
      ? write
      : new Kysely<Tables>({ dialect: new SqliteDialect({ database: asKyselyWants(reader) }) });
  const fast = reader && {
    reads: new RememberedReads(reader),
    auditWriter: new SqliteAuditWriter({ path, waitMs, columns: auditColumns }),
  };
  return {
    dialect: sqliteDialect,
    write,
    read,
    staleRead: read,
    transaction: (change) => write.transaction().execute(change),
    fast,
    relaxed: (change) =>
      write.connection().execute(async (connection) => {
        writer.exec('PRAGMA synchronous = NORMAL');
        try {
          return await change(connection);
        } finally {
          writer.exec('PRAGMA synchronous = FULL');
        }
      }),
    async probe() {
      await sql`SELECT 1 FROM schema_migrations`.execute(read);
    },
    async close() {
      await fast?.auditWriter.close();
      if (read !== write) await read.destroy();
      await write.destroy();
    },
  };
}

/** One writer at a time: nothing that a transaction has read changes before it commits. */
const sqliteDialect: SqlDialect = {
  name: 'sqlite',
  keeping: (query) => query,
  claiming: (query) => query,
  claimingFree: (query) => query as never,
  lock: async () => {},
  // The plus hides the column from the choice of an index.
  unindexed: (column) => sql`+${sql.ref(column)}`,
  tableOf: (numbers) => sql`json_each(${JSON.stringify(numbers)}) j`,
  packageIndex: fts5Index,
};

function connect(path: string, waitMs: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: waitMs });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  database.exec('PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456');
  return database;
}

const maximumCachedStatements = 500;

/** node:sqlite in the form that Kysely's SQLite dialect expects, keeping prepared statements. */
function asKyselyWants(database: DatabaseSync) {
  const statements = new Map<string, ReturnType<typeof wrap>>();
  return {
    prepare(sql: string) {
      let statement = statements.get(sql);
      if (statement === undefined) {
        if (statements.size >= maximumCachedStatements) statements.clear();
        // A transaction writes. One that only looks at first would fail at its first write when another process
        // has written since it began, instead of waiting for its turn.
        statement = wrap(database.prepare(sql === 'begin' ? 'begin immediate' : sql));
        statements.set(sql, statement);
      }
      return statement;
    },
    close: () => database.close(),
  };
}

function wrap(statement: StatementSync) {
  const reader = statement.columns().length > 0;
  // Every write tells the last row id, also one of the full-text index, which may be beyond what a number holds.
  if (!reader) statement.setReadBigInts(true);
  return {
    reader,
    all: (values: readonly unknown[]) => told(() => statement.all(...(values as SQLInputValue[]))),
    run: (values: readonly unknown[]) => told(() => statement.run(...(values as SQLInputValue[]))),
    iterate: (values: readonly unknown[]) => statement.iterate(...(values as SQLInputValue[])),
  };
}
