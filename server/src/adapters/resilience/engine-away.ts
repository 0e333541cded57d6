import { StorageError } from '../../core/errors.ts';

/** The engine was not asked: it is known not to answer, or too many ask it already. */
export function engineAway(message: string, retryAfterSeconds: number, cause?: unknown): StorageError {
  return new StorageError('transient', message, cause, { transience: 'unreached', retryAfterSeconds });
}
