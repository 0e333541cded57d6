// A commit is planned in memory and made by one transaction:
//
//   read ──► plan ──► transact ──► follow up
//     ▲                   │
//     └── wait a little ──┘   something was changed meanwhile, or another transaction is at it
//
// A violated condition shows while planning, in what was read; so the error is that of the first change that is
// violated, in the words of its feature. The transaction holds only if all that was read is still so: commits are
// as if made one after the other.
import { randomUUID } from 'node:crypto';
import { type Change, type Commit, maximumChanges } from '../../core/commit.ts';
import { StorageError } from '../../core/errors.ts';
import type { ChangePlanners, Planner } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { type CancellationReason, storageErrorOf } from './failures.ts';
import type { FollowUps } from './follow-ups.ts';
import { WorkingItems } from './working-items.ts';

/** What a transaction takes. */
const mostOperations = 100;

/** Why a transaction was cancelled although it may be made the next time. */
const passing: ReadonlySet<string> = new Set([
  'None',
  'ConditionalCheckFailed',
  'TransactionConflict',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
]);

export function dynamoCommit<C extends Change>(
  database: DynamoDatabase,
  planners: ChangePlanners<C>,
  followUps: FollowUps,
): Commit<C> {
  async function plan(changes: readonly C[]): Promise<WorkingItems> {
    const items = new WorkingItems(database);
    await items.load(changes.flatMap((change) => plannerOf(planners, change).reads?.(change) ?? []));
    for (const change of changes) await plannerOf(planners, change).plan(items, change);
    return items;
  }

  return async (changes) => {
    if (changes.length > maximumChanges) throw new Error(`${changes.length} changes in one commit`);
    const patience = database.patience();
    for (;;) {
      const items = await plan(changes);
      if (!items.changed) return;
      const followed = followUps.noteIn(items);
      const cancelled = await make(database, items);
      if (cancelled === null) return followUps.finish(followed);
      refuseUnlessPassing(cancelled);
      if (!(await patience.wait())) {
        throw new StorageError('transient', 'DynamoDB: others were faster at every try', cancelled.error);
      }
    }
  };
}

async function make(database: DynamoDatabase, items: WorkingItems) {
  const lone = items.loneWrite;
  if (lone !== null) {
    if (lone.attributes === null) await database.delete(lone.key);
    else await database.put(lone.key, lone.attributes);
    return null;
  }
  const operations = items.operations();
  if (operations.length > mostOperations) {
    throw new StorageError('permanent', `DynamoDB: ${operations.length} operations in one transaction`);
  }
  return database.transact(operations, randomUUID());
}

function refuseUnlessPassing({
  reasons,
  error,
}: {
  reasons: readonly CancellationReason[];
  error: unknown;
}): void {
  const lasting = reasons.find(({ Code }) => Code !== undefined && !passing.has(Code));
  if (lasting === undefined) return;
  const told = storageErrorOf(error);
  throw new StorageError('permanent', `${told.message}: ${lasting.Code} ${lasting.Message ?? ''}`, error);
}

function plannerOf<C extends Change>(planners: ChangePlanners<C>, change: C): Planner<C> {
  return planners[change.change as C['change']] as unknown as Planner<C>;
}
