import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { RegistryError, StorageError } from '../../core/errors.ts';
import { storageErrorFrom } from './storage-error.ts';

function answered(name: string, status: number): S3ServiceException {
  return new S3ServiceException({
    name,
    message: 'x',
    $fault: 'server',
    $metadata: { httpStatusCode: status },
  });
}

function failureOf(error: unknown): string {
  const meaning = storageErrorFrom(error, 'packages/a');
  assert.ok(meaning instanceof StorageError);
  assert.match(meaning.message, /^packages\/a: /);
  assert.equal(meaning.cause, error);
  return meaning.failure;
}

test('only what S3 says is not there is missing', () => {
  for (const name of ['NoSuchKey', 'NoSuchVersion', 'NotFound'])
    assert.equal(failureOf(answered(name, 404)), 'missing');
});

test('what an operator has to mend is permanent, a bucket that is not there too', () => {
  for (const [name, status] of [
    ['AccessDenied', 403],
    ['SignatureDoesNotMatch', 403],
    ['InvalidAccessKeyId', 403],
    ['NoSuchBucket', 404],
    ['Unheard-of', 401],
    ['Unheard-of', 403],
  ] as const) {
    assert.equal(failureOf(answered(name, status)), 'permanent', name);
  }
});

test('everything else is transient: throttling, faults, expired credentials, lost connections, the unknown', () => {
  for (const error of [
    answered('SlowDown', 503),
    answered('InternalError', 500),
    answered('ExpiredToken', 400),
    answered('RequestTimeTooSkewed', 403),
    answered('Unheard-of', 404),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('x'), { name: 'TimeoutError' }),
    'not even an error',
  ]) {
    assert.equal(failureOf(error), 'transient', String(error));
  }
});

test('what has its meaning already keeps it', () => {
  for (const error of [new StorageError('missing', 'x'), new RegistryError('upload-closed', 'x')]) {
    assert.equal(storageErrorFrom(error, 'packages/a'), error);
  }
});
