// What a failed request to DynamoDB means for whoever asked.
import { StorageError } from '../../core/errors.ts';

/** Trying again cannot help: something is wrong with the request, the rights or the tables. */
const permanent: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'ItemCollectionSizeLimitExceededException',
  'MissingAuthenticationTokenException',
  'ResourceNotFoundException',
  'UnrecognizedClientException',
  'ValidationException',
]);

/** DynamoDB has said that it has too much to do. */
const throttled: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/**
 * Throttling, time-outs, lost connections, faults of the service and whatever is unknown are transient. Nothing is
 * `missing`: an item that is not there is an answer, a table that is not there is a fault.
 */
export function storageErrorOf(error: unknown, { writes = true } = {}): StorageError {
  if (error instanceof StorageError) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const failure = permanent.has(name) ? 'permanent' : 'transient';
  // A write that was tried several times may have been made by a try before, whose answer was lost.
  const isBusy = throttled.has(name) && (!writes || attemptsOf(error) === 1);
  const known = isBusy ? ({ transience: 'busy' } as const) : {};
  return new StorageError(failure, `DynamoDB: ${name}: ${message}`, error, known);
}

function attemptsOf(error: unknown): number | undefined {
  return (error as { $metadata?: { attempts?: number } } | null)?.$metadata?.attempts;
}

/** The condition of a single write did not hold. */
export function isViolated(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** A transaction was just at the item; the write was not made, and may be the next time. */
export function isInTransaction(error: unknown): boolean {
  return error instanceof Error && error.name === 'TransactionConflictException';
}

export interface CancellationReason {
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

/** Why a transaction was cancelled, one reason for each of its operations in their order; null for other errors. */
export function cancellationReasons(error: unknown): readonly CancellationReason[] | null {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return null;
  const { CancellationReasons } = error as Error & { CancellationReasons?: readonly CancellationReason[] };
  return CancellationReasons ?? [];
}
