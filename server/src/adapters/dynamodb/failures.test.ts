import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awsError, fakeDynamoDb } from '../../../test/support/fake-dynamodb.ts';
import { StorageError, type StorageFailure } from '../../core/errors.ts';

const failures: Readonly<Record<string, StorageFailure>> = {
  ProvisionedThroughputExceededException: 'transient',
  RequestLimitExceeded: 'transient',
  ThrottlingException: 'transient',
  TransactionConflictException: 'transient',
  TransactionInProgressException: 'transient',
  InternalServerError: 'transient',
  ServiceUnavailable: 'transient',
  TimeoutError: 'transient',
  ECONNRESET: 'transient',
  ExpiredTokenException: 'transient',
  CredentialsProviderError: 'transient',
  SomethingNew: 'transient',
  AccessDeniedException: 'permanent',
  ItemCollectionSizeLimitExceededException: 'permanent',
  ResourceNotFoundException: 'permanent',
  UnrecognizedClientException: 'permanent',
  ValidationException: 'permanent',
};

for (const [name, failure] of Object.entries(failures)) {
  test(`${name} is ${failure}, whatever was asked`, async () => {
    const cause = awsError(name);
    const { database } = fakeDynamoDb(() => {
      throw cause;
    });
    const key = { table: 'users', pk: 'p', sk: 's' } as const;
    const expected = (error: unknown) =>
      error instanceof StorageError && error.failure === failure && error.cause === cause;
    await assert.rejects(database.get(key), expected);
    await assert.rejects(database.getMany([key]), expected);
    await assert.rejects(database.query({ table: 'users', partition: 'p' }).next(), expected);
    await assert.rejects(database.put(key, {}), expected);
    await assert.rejects(database.update(key, { update: 'SET #a = :a', values: { a: 1 } }), expected);
    await assert.rejects(database.delete(key), expected);
    await assert.rejects(database.writeMany([{ key, attributes: null }]), expected);
    await assert.rejects(database.transact([], 'token'), expected);
  });
}
