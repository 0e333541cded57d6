import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awsError, cancelled, fakeDynamoDb } from '../../../test/support/fake-dynamodb.ts';
import { RegistryError } from '../../core/errors.ts';
import type { Key } from './tables.ts';
import { commitItems, mostOperations } from './transaction.ts';
import type { WorkingItems } from './working-items.ts';

const keyOf = (pk: string): Key => ({ table: 'users', pk, sk: '-' });

/** Something that needs a transaction. */
async function plan(items: WorkingItems): Promise<void> {
  await items.get(keyOf('read'));
  items.put(keyOf('written'), {});
}

test('a transaction that was cancelled for a reason that passes is planned anew and made', async () => {
  for (const reasons of [
    ['ConditionalCheckFailed', 'None'],
    ['None', 'TransactionConflict'],
    ['ThrottlingError', 'None'],
    ['None', 'ProvisionedThroughputExceeded'],
  ]) {
    let turn = 0;
    const { database, requests } = fakeDynamoDb(({ name }) => {
      if (name === 'TransactWrite' && ++turn < 3) throw cancelled(...reasons);
      return {};
    });
    await commitItems(database, plan);
    assert.deepEqual(
      requests.map(({ name }) => name),
      ['BatchGet', 'TransactWrite', 'BatchGet', 'TransactWrite', 'BatchGet', 'TransactWrite'],
    );
  }
});

test('every try has a token of its own, so that a repeated request is not made twice and a new one is', async () => {
  let turn = 0;
  const { database, requests } = fakeDynamoDb(({ name }) => {
    if (name === 'TransactWrite' && ++turn < 3) throw cancelled('TransactionConflict', 'None');
    return {};
  });
  await commitItems(database, plan);
  const tokens = requests.flatMap(({ input }) => (input.ClientRequestToken as string | undefined) ?? []);
  assert.equal(tokens.length, 3);
  assert.equal(new Set(tokens).size, 3);
  for (const token of tokens) assert.match(token, /^.{1,36}$/);
});

test('a transaction that is cancelled every time is a transient failure in the end', async () => {
  const { database } = fakeDynamoDb(({ name }) => {
    if (name === 'TransactWrite') throw cancelled('TransactionConflict', 'None');
    return {};
  });
  await assert.rejects(commitItems(database, plan), { name: 'StorageError', failure: 'transient' });
});

test('a transaction that can never be made is a permanent failure at once', async () => {
  for (const code of ['ValidationError', 'ItemCollectionSizeLimitExceeded', 'AccessDenied']) {
    const { database, requests } = fakeDynamoDb(({ name }) => {
      if (name === 'TransactWrite') throw cancelled('None', code);
      return {};
    });
    await assert.rejects(commitItems(database, plan), { name: 'StorageError', failure: 'permanent' });
    assert.equal(requests.length, 2);
  }
});

test('a transaction without an answer is a transient failure, and is not planned again: it may have been made', async () => {
  const { database, requests } = fakeDynamoDb(({ name }) => {
    if (name === 'TransactWrite') throw awsError('TimeoutError');
    return {};
  });
  await assert.rejects(commitItems(database, plan), { name: 'StorageError', failure: 'transient' });
  assert.equal(requests.filter(({ name }) => name === 'TransactWrite').length, 1);
});

test('a violated condition is found while planning, and nothing is written', async () => {
  const { database, requests } = fakeDynamoDb(() => ({}));
  const violated = new RegistryError('state-conflict', 'It is another.');
  await assert.rejects(
    commitItems(database, async (items) => {
      items.put(keyOf('written'), {});
      await items.get(keyOf('read'));
      throw violated;
    }),
    violated,
  );
  assert.deepEqual(
    requests.map(({ name }) => name),
    ['BatchGet', 'BatchGet'],
    'what was read was there at one moment',
  );
});

test('a condition that is violated by what was not there at one moment is judged anew', async () => {
  let turn = 0;
  const { database } = fakeDynamoDb(({ name }) => {
    if (name !== 'BatchGet') return {};
    turn += 1;
    const item = { pk: 'read', sk: '-', tag: turn === 1 ? 'before' : 'after' };
    return { Responses: { 'fake-users': [item] } };
  });
  const judged: string[] = [];
  const violation = (items: WorkingItems) =>
    items.get<{ tag: string }>(keyOf('read')).then((item) => {
      judged.push(item?.tag ?? '');
      throw new RegistryError('state-conflict', `It is ${item?.tag}.`);
    });
  await assert.rejects(commitItems(database, violation), { code: 'state-conflict', detail: 'It is after.' });
  assert.deepEqual(judged, ['before', 'after']);
});

test('a plan that writes nothing makes no transaction; one blind write is a plain one', async () => {
  const { database, requests } = fakeDynamoDb(() => ({}));
  await commitItems(database, async (items) => void (await items.get(keyOf('read'))));
  await commitItems(database, async (items) => items.put(keyOf('written'), {}));
  await commitItems(database, async (items) => items.delete(keyOf('written')));
  assert.deepEqual(
    requests.map(({ name }) => name),
    ['BatchGet', 'Put', 'Delete'],
  );
});

test('more operations than a transaction takes are refused whole', async () => {
  const { database, requests } = fakeDynamoDb(() => ({}));
  const write = (count: number) =>
    commitItems(database, async (items) => {
      for (let i = 0; i < count; i++) items.put(keyOf(`${i}`), {});
    });
  await write(mostOperations);
  await assert.rejects(write(mostOperations + 1), { failure: 'permanent' });
  assert.equal(requests.length, 1);
});
