import { StorageError } from './errors.ts';

/**
 * What an error of a remote service means, by the name that the service gives it. `permanent`: names of failures that
 * trying again does not mend. All others are transient: throttling, time-outs, lost connections, and what is unknown.
 */
export function serviceFailure(error: unknown, what: string, permanent: ReadonlySet<string>): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof Error ? error.name : 'unknown failure';
  return new StorageError(permanent.has(name) ? 'permanent' : 'transient', `${what}: ${name}`, error);
}
