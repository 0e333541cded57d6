import type { Kysely } from 'kysely';
import type { Change } from '../../core/commit.ts';
import type { SqlDialect } from './sql-database.ts';
import type { Tables } from './tables.ts';

/**
 * How each change of a feature is written, inside the transaction of the commit. One that finds its condition
 * violated throws the error that the change documents; the transaction is then rolled back.
 */
export type ChangeAppliers<C extends Change> = {
  readonly [Name in C['change']]: (
    write: Kysely<Tables>,
    change: Extract<C, { change: Name }>,
    dialect: SqlDialect,
  ) => Promise<unknown>;
};
