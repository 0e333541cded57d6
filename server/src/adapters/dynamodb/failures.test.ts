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

test('being throttled is known to have changed nothing where nothing was tried before, and by reading', async () => {
  const transienceOf = async (attempts: number) => {
    const { database } = fakeDynamoDb(() => {
      throw awsError('ThrottlingException', { $metadata: { attempts } });
    });
    const key = { table: 'users', pk: 'p', sk: 's' } as const;
    const told = async (asked: Promise<unknown>) =>
      asked.then(
        () => null,
        (error: StorageError) => error.transience,
      );
    return { read: await told(database.get(key)), write: await told(database.put(key, {})) };
  };
  assert.deepEqual(await transienceOf(1), { read: 'busy', write: 'busy' });
  assert.deepEqual(await transienceOf(4), { read: 'busy', write: 'unanswered' });
});
