// The thread of sqlite-audit-writer.ts: takes batches, one at a time, and tells of each whether it is in the database.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { type Extension, extendTree, type TreeKeeping } from '../../core/audit/index.ts';
import { StorageError } from '../../core/errors.ts';
import type { Answered, AuditValues, Told, WriterData } from './sqlite-audit-writer.ts';
import { inOneTransaction } from './sqlite-immediate.ts';
import { SqliteTreeStatements } from './sqlite-tree-statements.ts';

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
  inOneTransaction(database, () => {
    for (let start = 0; start < entries.length; start += entriesPerStatement) {
      const some = entries.slice(start, start + entriesPerStatement);
      inserting(some.length).run(...some.flat());
    }
  });
}

const tree = new SqliteTreeStatements(database);

async function answer(task: readonly AuditValues[] | TreeKeeping): Promise<Answered> {
  try {
    return { extension: await done(task) };
  } catch (error) {
    const failure =
      error instanceof StorageError && error.failure === 'permanent' ? 'permanent' : 'transient';
    return { failure, message: String(error) };
  }
}

async function done(task: readonly AuditValues[] | TreeKeeping): Promise<Extension | null> {
  if ('until' in task) return extendTree({ tree }, task);
  append(task);
  return null;
}

let before: Promise<unknown> = Promise.resolve();

parentPort?.on('message', (message: Told) => {
  before = before.then(async () => {
    if (message !== 'that is all') return parentPort?.postMessage(await answer(message));
    database.close();
    parentPort?.close();
  });
});
