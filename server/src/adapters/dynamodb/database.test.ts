import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awsError, fakeDynamoDb } from '../../../test/support/fake-dynamodb.ts';
import type { Key } from './tables.ts';

const keys = (count: number): Key[] =>
  Array.from({ length: count }, (_, i) => ({
    table: i % 2 === 0 ? 'users' : 'tokens',
    pk: `p${i}`,
    sk: 's',
  }));

interface AskedKeys {
  readonly Keys: readonly { pk: string; sk: string }[];
}

interface AskedWrite {
  readonly PutRequest?: { readonly Item: { readonly pk: string } };
  readonly DeleteRequest?: { readonly Key: { readonly pk: string } };
}

/** What is asked of each table. */
const readsIn = (input: Record<string, unknown>) =>
  Object.entries(input.RequestItems as Record<string, AskedKeys>);
const writesIn = (input: Record<string, unknown>) =>
  Object.entries(input.RequestItems as Record<string, readonly AskedWrite[]>);

test('any number of items is read, at most 100 at once, in the order of the keys', async () => {
  const { database, requests } = fakeDynamoDb(({ input }) => ({
    Responses: Object.fromEntries(
      readsIn(input).map(([table, { Keys }]) => [table, Keys.filter(({ pk }) => pk !== 'p7').toReversed()]),
    ),
  }));
  const found = await database.getMany<{ pk: string }>(keys(250));
  assert.deepEqual(
    found.map((item) => item?.pk ?? null),
    keys(250).map(({ pk }) => (pk === 'p7' ? null : pk)),
  );
  const sizes = requests.map(({ input }) =>
    readsIn(input).reduce((sum, [, { Keys }]) => sum + Keys.length, 0),
  );
  assert.deepEqual(sizes, [100, 100, 50]);
});

test('what DynamoDB leaves undone of a batch of reads is asked for again', async () => {
  let first = true;
  const { database, requests } = fakeDynamoDb(({ input }) => {
    const [[table, { Keys }] = ['', { Keys: [] }]] = readsIn(input);
    const answered = first ? Keys.slice(1) : Keys;
    const left = first ? Keys.slice(0, 1) : [];
    first = false;
    return {
      Responses: { [table]: answered },
      UnprocessedKeys: left.length > 0 ? { [table]: { Keys: left } } : {},
    };
  });
  const wanted = ['a', 'b', 'c'].map((pk): Key => ({ table: 'users', pk, sk: 's' }));
  const found = await database.getMany<{ pk: string }>(wanted);
  assert.deepEqual(
    found.map((item) => item?.pk),
    ['a', 'b', 'c'],
  );
  assert.equal(requests.length, 2);
});

test('any number of writes is made, at most 25 at once, and again what is left undone', async () => {
  const written: string[] = [];
  let turn = 0;
  const { database, requests } = fakeDynamoDb(({ input }) => {
    turn += 1;
    const undone: Record<string, readonly AskedWrite[]> = {};
    for (const [table, wanted] of writesIn(input)) {
      const kept = turn === 2 ? wanted.slice(0, 3) : [];
      if (kept.length > 0) undone[table] = kept;
      for (const request of wanted.slice(kept.length)) {
        written.push(`${request.PutRequest?.Item.pk ?? request.DeleteRequest?.Key.pk}`);
      }
    }
    return { UnprocessedItems: undone };
  });
  await database.writeMany(keys(60).map((key, i) => ({ key, attributes: i % 3 === 0 ? null : { i } })));
  assert.deepEqual(new Set(written), new Set(keys(60).map(({ pk }) => pk)));
  assert.equal(written.length, 60);
  for (const { input } of requests) {
    assert.ok(writesIn(input).reduce((sum, [, wanted]) => sum + wanted.length, 0) <= 25);
  }
});

test('a batch of which something is always left undone ends as a transient failure', async () => {
  const { database } = fakeDynamoDb(({ name, input }) =>
    name === 'BatchWrite'
      ? { UnprocessedItems: input.RequestItems }
      : { UnprocessedKeys: input.RequestItems },
  );
  await assert.rejects(database.writeMany(keys(1).map((key) => ({ key, attributes: {} }))), {
    failure: 'transient',
  });
  await assert.rejects(database.getMany(keys(1)), { failure: 'transient' });
});

test('a write that meets a transaction is made again until the transaction is over', async () => {
  let turn = 0;
  const { database, requests } = fakeDynamoDb(() => {
    turn += 1;
    if (turn < 4) throw awsError('TransactionConflictException');
    return { Attributes: { pk: 'p' } };
  });
  const [key] = keys(1) as [Key];
  assert.notEqual(await database.update(key, { update: 'SET #a = :a', values: { a: 1 } }), null);
  assert.equal(requests.length, 4);
});

test('a violated condition is an answer', async () => {
  const { database } = fakeDynamoDb(() => {
    throw awsError('ConditionalCheckFailedException');
  });
  const [key] = keys(1) as [Key];
  assert.equal(await database.put(key, {}, { when: 'attribute_not_exists(#pk)' }), false);
  assert.equal(await database.delete(key, { when: 'attribute_exists(#pk)' }), false);
  assert.equal(
    await database.update(key, { update: 'SET #a = :a', when: '#b = :a', values: { a: 1 } }),
    null,
  );
});

test('keys that no item can have are not asked for: there is none', async () => {
  const { database, requests } = fakeDynamoDb(() => {
    throw awsError('ValidationException');
  });
  const impossible: Key[] = [
    { table: 'users', pk: '', sk: 's' },
    { table: 'users', pk: 'p', sk: '' },
    { table: 'users', pk: 'p'.repeat(2_049), sk: 's' },
    { table: 'users', pk: 'p', sk: 'é'.repeat(513) },
    { table: 'users', pk: '\ud800', sk: 's' },
  ];
  for (const key of impossible) {
    assert.equal(await database.get(key), null);
    assert.deepEqual(await database.getMany([key]), [null]);
    assert.equal(
      await database.update(key, { update: 'SET #a = :a', when: '#a = :a', values: { a: 1 } }),
      null,
    );
  }
  const range = { table: 'users', partition: 'p', sort: { above: 's'.repeat(1_025) } } as const;
  assert.equal((await database.query(range).next()).done, true);
  assert.deepEqual(requests, []);
});

test('what DynamoDB charges for is added up, reads and writes apart', async () => {
  const { database } = fakeDynamoDb(({ name }) => {
    if (name === 'BatchGet') return { ConsumedCapacity: [{ CapacityUnits: 2 }, { CapacityUnits: 0.5 }] };
    if (name === 'TransactWrite')
      return { ConsumedCapacity: [{ CapacityUnits: 4 }, { WriteCapacityUnits: 2 }] };
    return { ConsumedCapacity: { CapacityUnits: 1 } };
  });
  const [key] = keys(1) as [Key];
  await database.get(key);
  await database.getMany([key]);
  await database.put(key, {});
  await database.transact([], 'token');
  assert.deepEqual(database.meter.units, { reads: 3.5, writes: 7 });
});
