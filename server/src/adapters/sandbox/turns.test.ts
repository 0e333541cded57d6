import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';

test('no more have a turn at a time than there are places, in the order in which they came', async () => {
  const turns = new Turns(2, 10);
  const entered: number[] = [];
  const all = [0, 1, 2, 3].map(async (i) => {
    assert.equal(await turns.enter(), true);
    entered.push(i);
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([entered, turns.running, turns.waiting], [[0, 1], 2, 2]);
  turns.leave();
  turns.leave();
  await Promise.all(all);
  assert.deepEqual([entered, turns.running, turns.waiting], [[0, 1, 2, 3], 2, 0]);
  turns.leave();
  turns.leave();
  assert.equal(turns.running, 0);
});

test('those beyond the line are turned away at once', async () => {
  const turns = new Turns(1, 1);
  assert.equal(await turns.enter(), true);
  const second = turns.enter();
  assert.equal(await turns.enter(), false);
  turns.leave();
  assert.equal(await second, true);
});

test('who goes away while waiting takes nobody’s turn', async () => {
  const turns = new Turns(1, 5);
  await turns.enter();
  const leaving = new AbortController();
  const gone = turns.enter(leaving.signal);
  const next = turns.enter();
  leaving.abort();
  assert.equal(await gone, false);
  turns.leave();
  assert.equal(await next, true);
  assert.equal(await turns.enter(AbortSignal.abort()), false);
  turns.leave();
  assert.deepEqual([turns.running, turns.waiting], [0, 0]);
});
