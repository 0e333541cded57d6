import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { StorageError } from '../../core/errors.ts';
import type { Tables } from './tables.ts';

/** A database as the stores use it. Both sides see the same data; only `write` may change it. */
export interface SqlDatabase {
  readonly write: Kysely<Tables>;
  /**
   * Sees committed data only and never waits for a transaction of `write`. Whatever resolved before a read began
   * is seen by it.
   */
  readonly read: Kysely<Tables>;
  /**
   * Runs a change that may be lost in a power cut (not in a crash of the process): a counter, an entry of the
   * observing audit. It costs no fsync; the next commit makes it durable with its own.
   */
  relaxed<T>(change: (write: Kysely<Tables>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens (and creates) an SQLite file, WAL and FULL: a commit is on the disk when it resolves.
 * `:memory:` gives a database of its own, for tests. `waitMs`: how long a write waits for another process.
 */
export function openSqlite(path: string, { waitMs = 10_000 } = {}): SqlDatabase {
  const writer = connect(path, waitMs);
  const write = new Kysely<Tables>({ dialect: new SqliteDialect({ database: asKyselyWants(writer) }) });
  // An in-memory database belongs to its connection, so both sides share it there.
  const read =
    path === ':memory:'
      ? write
      : new Kysely<Tables>({
          dialect: new SqliteDialect({ database: asKyselyWants(connect(path, waitMs)) }),
        });
  return {
    write,
    read,
    relaxed: (change) =>
      write.connection().execute(async (connection) => {
        writer.exec('PRAGMA synchronous = NORMAL');
        try {
          return await change(connection);
        } finally {
          writer.exec('PRAGMA synchronous = FULL');
        }
      }),
    async close() {
      if (read !== write) await read.destroy();
      await write.destroy();
    },
  };
}

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

/** Results of SQLite (sqlite.org/rescode.html) that say that it cannot just now, or cannot at all. */
const transient: ReadonlySet<number> = new Set([5, 6, 10, 13]); // BUSY, LOCKED, IOERR, FULL
const permanent: ReadonlySet<number> = new Set([8, 11, 14, 26]); // READONLY, CORRUPT, CANTOPEN, NOTADB

/** A broken constraint is the matter of whoever broke it, and passes as it is. */
function told<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const { errcode } = error as { errcode?: unknown };
    const result = typeof errcode === 'number' ? errcode & 0xff : 0;
    if (transient.has(result)) throw new StorageError('transient', 'the database cannot just now', error);
    if (permanent.has(result)) throw new StorageError('permanent', 'the database is not usable', error);
    throw error;
  }
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
