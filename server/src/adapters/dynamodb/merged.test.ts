import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merged } from './merged.ts';
import { take } from './ranges.ts';

async function* stream(values: readonly number[], closed: () => void): AsyncGenerator<number> {
  try {
    yield* values;
  } finally {
    closed();
  }
}

const isBefore = (one: number, other: number) => one < other;

test('sorted streams become one, in order, with nothing left out', async () => {
  const streams = [[1, 4, 4, 9], [], [2, 3, 10], [0]].map((values) => stream(values, () => {}));
  assert.deepEqual(await Array.fromAsync(merged(streams, isBefore)), [0, 1, 2, 3, 4, 4, 9, 10]);
});

test('streams that are not read to their end are closed', async () => {
  let closed = 0;
  const streams = [
    [1, 3, 5],
    [2, 4, 6],
  ].map((values) =>
    stream(values, () => {
      closed++;
    }),
  );
  assert.deepEqual(await take(merged(streams, isBefore), 2), [1, 2]);
  assert.equal(closed, 2);
});
