// The thread of sqlite-audit-writer.ts: takes batches, one at a time, and tells of each whether it is in the database.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { StorageError } from '../../core/errors.ts';
import type { Answered, AuditValues, Told, WriterData } from './sqlite-audit-writer.ts';
import { told } from './sqlite-failures.ts';

const { path, waitMs, columns } = workerData as WriterData;
const database = new DatabaseSync(path, { timeout: waitMs });
// Without an fsync of its own: the next commit of a change makes these entries durable with itself.
database.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000');

/** Many entries in one statement take a third of the time of as many statements. */
const entriesPerStatement = 100;
const statements = new Map<number, StatementSync>();

function inserting(entries: number): StatementSync {
  let statement = statements.get(entries);
  if (statement === undefined) {
    const row = `(${columns.map(() => '?').join(', ')})`;
    statement = database.prepare(
      `INSERT INTO audit_entries (${columns.join(', ')}) VALUES ${Array(entries).fill(row).join(', ')}
        ON CONFLICT (at, id) DO NOTHING`,
    );
    statements.set(entries, statement);
  }
  return statement;
}

function append(entries: readonly AuditValues[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (let start = 0; start < entries.length; start += entriesPerStatement) {
      const some = entries.slice(start, start + entriesPerStatement);
      inserting(some.length).run(...some.flat());
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function answer(entries: readonly AuditValues[]): Answered {
  try {
    told(() => append(entries));
    return null;
  } catch (error) {
    const failure =
      error instanceof StorageError && error.failure === 'permanent' ? 'permanent' : 'transient';
    return { failure, message: String(error) };
  }
}

parentPort?.on('message', (told: Told) => {
  if (told !== 'that is all') return parentPort?.postMessage(answer(told));
  database.close();
  parentPort?.close();
});
