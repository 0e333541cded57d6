// Items are planned in memory and written by one transaction:
//
//   read ──► plan ──► transact
//     ▲                   │
//     └── wait a little ──┘   something was changed meanwhile, or another transaction is at it
//
// It holds only if all that was read is still so: transactions are as if made one after the other.
import { randomUUID } from 'node:crypto';
import { RegistryError, StorageError } from '../../core/errors.ts';
import type { DynamoDatabase } from './database.ts';
import { type CancellationReason, storageErrorOf } from './failures.ts';
import { WorkingItems } from './working-items.ts';

/** What a transaction takes. */
export const mostOperations = 100;

/** Why a transaction was cancelled although it may be made the next time. */
const passing: ReadonlySet<string> = new Set([
  'None',
  'ConditionalCheckFailed',
  'TransactionConflict',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
]);

/** Writes what `plan` leaves in the items, all or nothing. `plan` runs again whenever others were faster. */
export async function commitItems(
  database: DynamoDatabase,
  plan: (items: WorkingItems) => Promise<void>,
): Promise<void> {
  const patience = database.patience();
  for (;;) {
    const items = new WorkingItems(database);
    const othersWere = await attempt(database, items, plan);
    if (othersWere === null) return;
    if (!(await patience.wait())) {
      throw new StorageError('transient', 'DynamoDB: others were faster at every try', othersWere.faster, {
        transience: 'contended',
      });
    }
  }
}

/** Resolves with null when it was made, and with what has shown that others were faster. */
async function attempt(
  database: DynamoDatabase,
  items: WorkingItems,
  plan: (items: WorkingItems) => Promise<void>,
): Promise<{ readonly faster: unknown } | null> {
  try {
    await plan(items);
  } catch (violated) {
    // Items are not read all at the same moment: of something that changed meanwhile, a part may have been seen.
    if (violated instanceof RegistryError && !(await items.areStillAsRead())) return { faster: violated };
    throw violated;
  }
  if (!items.changed) return null;
  const cancelled = await make(database, items);
  if (cancelled === null) {
    if (Date.now() <= items.lastMoment) return null;
    throw new StorageError('transient', 'DynamoDB: the answer came too late to rely on it');
  }
  refuseUnlessPassing(cancelled);
  return { faster: cancelled.error };
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
