// The thread of sqlite-tree-writer.ts: puts what waits into the audit tree, a batch whenever it is told to.
import { parentPort, workerData } from 'node:worker_threads';
import { sql } from 'kysely';
import { extendTree } from '../../core/audit/index.ts';
import { StorageError } from '../../core/errors.ts';
import { SqlAuditTree } from './audit-tree.ts';
import { openSqlite } from './sqlite-database.ts';
import type { Answered, Told, WriterData } from './sqlite-tree-writer.ts';

const { path, waitMs } = workerData as WriterData;
const database = openSqlite(path, { waitMs });
// A batch reads what was written a moment ago, and little else.
const small = sql`PRAGMA cache_size = -2000`;
const opened = Promise.all([small.execute(database.read), small.execute(database.write)]);
const tree = new SqlAuditTree(database);

async function answer(keeper: Exclude<Told, string>): Promise<Answered> {
  try {
    await opened;
    return { extension: await extendTree({ tree }, keeper) };
  } catch (error) {
    const failure =
      error instanceof StorageError && error.failure === 'permanent' ? 'permanent' : 'transient';
    return { failure, message: String(error) };
  }
}

parentPort?.on('message', async (told: Told) => {
  if (told !== 'that is all') return parentPort?.postMessage(await answer(told));
  await database.close();
  parentPort?.close();
});
