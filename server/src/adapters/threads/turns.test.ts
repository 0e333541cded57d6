import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Turns } from './turns.ts';

test('lines are served turn by turn, each in its own order', async () => {
  const turns = new Turns(1);
  const [large, small] = [turns.line(), turns.line()];
  const order: string[] = [];
  const work = (name: string) => async () => void order.push(name);
  await Promise.all([
    ...['a1', 'a2', 'a3', 'a4'].map((name) => large.take(work(name))),
    ...['b1', 'b2'].map((name) => small.take(work(name))),
  ]);
  assert.deepEqual(order, ['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
});

test('no more works run at once than there are places', async () => {
  const turns = new Turns(2);
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await setImmediate();
    running -= 1;
  };
  const lines = [turns.line(), turns.line(), turns.line()];
  await Promise.all(lines.flatMap((line) => [line.take(work), line.take(work), line.take(work)]));
  assert.equal(most, 2);
  assert.equal(running, 0);
});

test('a work that fails gives its place back', async () => {
  const line = new Turns(1).line();
  const failing = line.take(() => Promise.reject(new Error('broken')));
  const next = line.take(async () => 'done');
  await assert.rejects(failing, /broken/);
  assert.equal(await next, 'done');
});
