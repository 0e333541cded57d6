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
  const gone = turns.enter('', leaving.signal);
  const next = turns.enter();
  leaving.abort();
  assert.equal(await gone, false);
  turns.leave();
  assert.equal(await next, true);
  assert.equal(await turns.enter('', AbortSignal.abort()), false);
  turns.leave();
  assert.deepEqual([turns.running, turns.waiting], [0, 0]);
});

test('who asks for many keeps nobody waiting behind all of them', async () => {
  const turns = new Turns(1, 10);
  const order: string[] = [];
  const all = ['many', 'many', 'many', 'few', 'many', 'one'].map(async (whose) => {
    assert.equal(await turns.enter(whose), true);
    order.push(whose);
  });
  for (let turn = 0; turn < all.length; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    turns.leave();
  }
  await Promise.all(all);
  assert.deepEqual(order, ['many', 'many', 'few', 'one', 'many', 'many']);
  assert.deepEqual([turns.running, turns.waiting], [0, 0]);
});

test('a full line has room for who has fewer in it than another', async () => {
  const turns = new Turns(1, 3);
  await turns.enter('many');
  const many = [1, 2, 3].map(() => turns.enter('many'));
  assert.equal(await turns.enter('many'), false);
  const few = [turns.enter('few')];
  assert.equal(await many[2], false);
  assert.equal(await turns.enter('few'), false);
  assert.equal(turns.waiting, 3);
  for (let turn = 0; turn < 4; turn++) turns.leave();
  assert.deepEqual(await Promise.all([...many, ...few]), [true, true, false, true]);
  assert.deepEqual([turns.running, turns.waiting], [0, 0]);
});
