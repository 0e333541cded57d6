import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapsOf } from './expressions.ts';

test('words of expressions become the maps that DynamoDB wants beside them', () => {
  assert.deepEqual(
    mapsOf(
      ['SET #a = :x REMOVE #map.#key', '#a < :limit', undefined],
      { x: 1, limit: 2 },
      { key: 'odd name' },
    ),
    {
      ExpressionAttributeNames: { '#a': 'a', '#map': 'map', '#key': 'odd name' },
      ExpressionAttributeValues: { ':x': 1, ':limit': 2 },
    },
  );
  assert.deepEqual(mapsOf(['attribute_exists(#pk)'], {}), { ExpressionAttributeNames: { '#pk': 'pk' } });
  assert.deepEqual(mapsOf([undefined], {}), {});
});

test('a value that no expression uses, and one that is missing, never get to DynamoDB', () => {
  assert.throws(() => mapsOf(['#a = :x'], { x: 1, y: 2 }), /used or given only: y/);
  assert.throws(() => mapsOf(['#a = :x AND #b = :y'], { x: 1 }), /used or given only: y/);
});
