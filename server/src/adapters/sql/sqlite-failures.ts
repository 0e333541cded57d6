import { StorageError } from '../../core/errors.ts';

/** Results of SQLite (sqlite.org/rescode.html) that say that it cannot just now, or cannot at all. */
const transient: ReadonlySet<number> = new Set([5, 6, 10, 13]); // BUSY, LOCKED, IOERR, FULL
const permanent: ReadonlySet<number> = new Set([8, 11, 14, 26]); // READONLY, CORRUPT, CANTOPEN, NOTADB

/** Runs statements. A broken constraint is the matter of whoever broke it, and passes as it is. */
export function told<T>(run: () => T): T {
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
