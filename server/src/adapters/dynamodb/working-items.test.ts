import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeDynamoDb } from '../../../test/support/fake-dynamodb.ts';
import type { Key } from './tables.ts';
import { WorkingItems } from './working-items.ts';

const stored: Readonly<Record<string, object>> = {
  tagged: { pk: 'tagged', sk: '-', tag: 'first', number: 1 },
  untagged: { pk: 'untagged', sk: '-', number: 1 },
};
const keyOf = (pk: string): Key => ({ table: 'users', pk, sk: '-' });

function workingItems(): WorkingItems {
  const { database } = fakeDynamoDb(({ input }) => {
    const { Keys } = (input.RequestItems as Record<string, { Keys: { pk: string }[] }>)['fake-users'] ?? {
      Keys: [],
    };
    return { Responses: { 'fake-users': Keys.flatMap(({ pk }) => stored[pk] ?? []) } };
  });
  return new WorkingItems(database);
}

/** The only operation, and of which kind it is. */
function onlyOperation(items: WorkingItems) {
  const [operation, ...others] = items.operations();
  assert.deepEqual(others, []);
  const [[kind, content] = []] = Object.entries((operation ?? {}) as Record<string, Record<string, unknown>>);
  const { Item, UpdateExpression, ConditionExpression, ExpressionAttributeValues } = content ?? {};
  return { kind, Item, UpdateExpression, ConditionExpression, ExpressionAttributeValues };
}

test('several changes to one item become one operation, which holds only on what was read', async () => {
  const items = workingItems();
  const before = await items.get<{ number: number }>(keyOf('tagged'));
  items.put(keyOf('tagged'), { number: (before?.number ?? 0) + 1 });
  const between = await items.get<{ number: number }>(keyOf('tagged'));
  items.put(keyOf('tagged'), { number: (between?.number ?? 0) + 1 });
  const { kind, Item, ConditionExpression, ExpressionAttributeValues } = onlyOperation(items);
  assert.equal(kind, 'Put');
  assert.equal((Item as { number: number }).number, 3);
  assert.notEqual((Item as { tag: string }).tag, 'first');
  assert.equal(ConditionExpression, '#tag = :tag');
  assert.deepEqual(ExpressionAttributeValues, { ':tag': 'first' });
});

test('what was only read must still be so', async () => {
  for (const [pk, condition] of [
    ['tagged', '#tag = :tag'],
    ['untagged', 'attribute_exists(#pk) AND attribute_not_exists(#tag)'],
    ['absent', 'attribute_not_exists(#pk)'],
  ] as const) {
    const items = workingItems();
    await items.get(keyOf(pk));
    const { kind, ConditionExpression } = onlyOperation(items);
    assert.deepEqual([kind, ConditionExpression], ['ConditionCheck', condition]);
    assert.equal(items.changed, false);
  }
});

test('an item that was read as absent is made only if it still is, and deleting it only looks', async () => {
  const items = workingItems();
  await items.get(keyOf('absent'));
  items.put(keyOf('absent'), { number: 1 });
  assert.equal(onlyOperation(items).ConditionExpression, 'attribute_not_exists(#pk)');
  items.delete(keyOf('absent'));
  assert.equal(await items.get(keyOf('absent')), null);
  assert.equal(onlyOperation(items).kind, 'ConditionCheck');
});

test('an item that was not read is written whatever is there; if it is the only one, without a transaction', () => {
  const items = workingItems();
  items.put(keyOf('tagged'), { number: 1 });
  assert.equal(onlyOperation(items).ConditionExpression, undefined);
  assert.equal(items.loneWrite?.attributes?.number, 1);
  items.delete(keyOf('another'));
  assert.equal(items.loneWrite, null);
});

test('what is added to one item from several sides becomes one operation', () => {
  const items = workingItems();
  items.add(keyOf('counter'), { count: 1, bytes: 10 });
  items.add(keyOf('counter'), { count: 1, bytes: 5 });
  const { kind, UpdateExpression, ExpressionAttributeValues } = onlyOperation(items);
  assert.equal(kind, 'Update');
  assert.equal(UpdateExpression, 'SET #tag = :tag ADD #count :count, #bytes :bytes');
  const { ':tag': tag, ...values } = ExpressionAttributeValues as Record<string, unknown>;
  assert.deepEqual(values, { ':count': 2, ':bytes': 15 });
  assert.equal(typeof tag, 'string');
  assert.equal(items.loneWrite, null);
});

test('an item is either added to or written in one commit: DynamoDB takes one operation for each', async () => {
  const items = workingItems();
  items.add(keyOf('counter'), { count: 1 });
  assert.throws(() => items.put(keyOf('counter'), {}));
  assert.throws(() => items.delete(keyOf('counter')));
  await assert.rejects(items.get(keyOf('counter')));
  items.put(keyOf('other'), {});
  assert.throws(() => items.add(keyOf('other'), { count: 1 }));
});
