import { StorageError } from '../errors.ts';
import { type ContentKey, printKey } from './storage-layout.ts';

/** Other bytes lie there than those that were looked at. Transient: looking again goes on with what is there now. */
export function changedSince(key: ContentKey, cause?: unknown): StorageError {
  return new StorageError('transient', `${printKey(key)} has changed since it was looked at`, cause, {
    transience: 'contended',
  });
}
