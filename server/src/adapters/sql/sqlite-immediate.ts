import type { DatabaseSync } from 'node:sqlite';
import { told } from './sqlite-failures.ts';

/** Runs `work` in a transaction that writes from its beginning: all of it happens, or nothing. */
export function inOneTransaction<T>(database: DatabaseSync, work: () => T): T {
  return told(() => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      // A failure of some kinds has ended the transaction by itself.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  });
}
