import type { Kysely, RawBuilder } from 'kysely';
import type { PackageIndex } from './package-index.ts';
import type { Tables } from './tables.ts';

/** A database as the stores use it. All sides see the same data; only `write` may change it. */
export interface SqlDatabase {
  readonly dialect: SqlDialect;
  readonly write: Kysely<Tables>;
  /**
   * Sees committed data only and never waits for a transaction of `write`. Whatever resolved before a read began
   * is seen by it.
   */
  readonly read: Kysely<Tables>;
  /** As `read`, but what resolved a moment ago may not be there yet: a read replica, where there is one. */
  readonly staleRead: Kysely<Tables>;
  /**
   * Runs the change in a transaction, and again from its beginning when it got into the way of another one: it
   * must do nothing but write.
   */
  transaction<T>(change: (write: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * Runs a change that may be lost in a power cut (not in a crash of the process): a counter, an entry of the
   * observing audit. It waits for no disk; the next commit makes it durable with its own. Run again as a
   * transaction is.
   */
  relaxed<T>(change: (write: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Resolves when the database can be read and written. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Everything in which the databases differ, for the stores that share all else.
 *
 * SQLite has one writer at a time, so what a transaction has read stays true until it commits. PostgreSQL has
 * many, which see what was committed before each of their statements (READ COMMITTED): a rule over one row is a
 * condition of the statement that writes it or an index; a rule that looks at one row and writes another needs one
 * of the locks below. On SQLite they are nothing.
 */
export interface SqlDialect {
  readonly name: 'sqlite' | 'postgres';
  /** The rows that the query finds stay as they are until the commit; whoever wants to change them waits. */
  keeping<Q extends { forShare(): Q }>(query: Q): Q;
  /** As `keeping`, for rows that this transaction will change, or that stand for something that it will change. */
  claiming<Q extends { forUpdate(): Q }>(query: Q): Q;
  /** As `claiming`, and rows that others have claimed are not found. */
  claimingFree<Q extends { forUpdate(): { skipLocked(): Q } }>(query: Q): Q;
  /** Until the commit nobody else gets past a lock of the same key: for rules about rows that may not be there. */
  lock(write: Kysely<Tables>, key: string): Promise<void>;
  /** The column, in a condition by which no index is to be chosen. */
  unindexed(column: string): RawBuilder<unknown>;
  /** The numbers as a table `j` with a column `value`. */
  tableOf(numbers: readonly number[]): RawBuilder<unknown>;
  readonly packageIndex: PackageIndex;
}
