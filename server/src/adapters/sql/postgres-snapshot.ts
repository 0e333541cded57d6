import type { RecordTransfer } from '../../core/transfer/index.ts';
import { sqlRecordTransfer } from './record-transfer.ts';
import type { SqlDatabase } from './sql-database.ts';

/** All records as of one moment, for as long as `work` takes; others write meanwhile. */
export async function withPostgresSnapshot<T>(
  database: SqlDatabase,
  work: (transfer: RecordTransfer) => Promise<T>,
): Promise<T> {
  const snapshot = await database.read
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute();
  try {
    return await work(
      sqlRecordTransfer({ ...database, read: snapshot, staleRead: snapshot, write: snapshot }),
    );
  } finally {
    await snapshot.rollback().execute();
  }
}
