// What a failure of S3 means:
//
//   missing     404 NoSuchKey, NoSuchVersion or NotFound about an object, in a bucket that is there
//   permanent   401, 403, NoSuchBucket and what else an operator has to mend
//   transient   everything else: no connection, time-outs, 5xx, 429, SlowDown, what nobody has heard of
//
// The SDK has tried again by then, a few times with growing and random waits.
import { S3ServiceException } from '@aws-sdk/client-s3';
import { RegistryError, StorageError, type StorageFailure } from '../../core/errors.ts';

const missing: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound']);

const permanent: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'AuthorizationHeaderMalformed',
  'BucketRegionError',
  'CredentialsProviderError',
  'EntityTooLarge',
  'IllegalLocationConstraintException',
  'InvalidAccessKeyId',
  'InvalidArgument',
  'InvalidBucketName',
  'InvalidObjectState',
  'KMS.DisabledException',
  'KMS.InvalidStateException',
  'KMS.NotFoundException',
  'MethodNotAllowed',
  'NoSuchBucket',
  'NotImplemented',
  'PermanentRedirect',
  'SignatureDoesNotMatch',
]);

/** Credentials that have just expired are renewed: the next try may succeed. */
const renewed: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'RequestTimeTooSkewed',
  'TokenRefreshRequired',
]);

export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** The condition of a request did not hold. */
export function isUnmet(error: unknown): boolean {
  return statusOf(error) === 412 || nameOf(error) === 'PreconditionFailed';
}

/** About an object or a session that is not there; whether its bucket is, a HEAD does not say. */
export function isNotThere(error: unknown): boolean {
  return statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket';
}

/** What an error about `what` means; errors that are ours already stay as they are. */
export function storageErrorFrom(error: unknown, what: string): StorageError | RegistryError {
  if (error instanceof StorageError || error instanceof RegistryError) return error;
  const [name, status] = [nameOf(error), statusOf(error)];
  const explained = error instanceof Error && error.message !== 'UnknownError' ? error.message : '';
  const told = [status, name, explained].filter((word) => word !== undefined && word !== '');
  return new StorageError(failureOf(name, status), `${what}: ${told.join(' ') || 'unknown failure'}`, error);
}

function failureOf(name: string, status: number | undefined): StorageFailure {
  if (missing.has(name)) return 'missing';
  if (renewed.has(name)) return 'transient';
  if (permanent.has(name) || status === 401 || status === 403) return 'permanent';
  return 'transient';
}
