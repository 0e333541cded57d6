import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemRandomness } from './randomness.ts';

test('ids are UUIDs of version 7 that sort in the order of their making, however many there are', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 31, 12) });
  const randomness = new SystemRandomness();
  const ids: string[] = [];
  for (let ms = 0; ms < 3; ms++) {
    for (let i = 0; i < 10_000; i++) ids.push(randomness.id());
    t.mock.timers.tick(1);
  }
  t.mock.timers.setTime(Date.UTC(2026, 0, 31, 11));
  ids.push(randomness.id());
  for (const id of ids)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(ids, ids.toSorted());
  assert.equal(new Set(ids).size, ids.length);
  const [first = ''] = ids;
  assert.equal(Number.parseInt(first.slice(0, 13).replace('-', ''), 16), Date.UTC(2026, 0, 31, 12));
});
