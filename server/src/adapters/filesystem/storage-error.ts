import { StorageError, type StorageFailure } from '../../core/errors.ts';

/** The `ENOENT` and its like of an operating system error; undefined of anything else. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code;
}

// What is not listed (EIO, EMFILE, ENOSPC, EBUSY and whatever comes next) may be better in a minute.
const failures: Readonly<Record<string, StorageFailure>> = {
  ENOENT: 'missing',
  EACCES: 'permanent',
  EPERM: 'permanent',
  EROFS: 'permanent',
  ENAMETOOLONG: 'permanent',
};

/** What an operating system error about `what` means; errors that are ours already stay as they are. */
export function storageErrorFrom(error: unknown, what: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = codeOf(error);
  const failure = failures[code ?? ''] ?? 'transient';
  return new StorageError(failure, `${what}: ${code ?? 'unknown failure'}`, error);
}

/** The same while writing: there `ENOENT` is a folder that went away, and says nothing about an object. */
export function writingErrorFrom(error: unknown, what: string): StorageError {
  if (codeOf(error) !== 'ENOENT') return storageErrorFrom(error, what);
  return new StorageError('transient', `${what}: its folder is not there`, error);
}
