import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeLimit } from './time-limit.ts';

test('a time limit aborts when it has passed, not before', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 5;
  const limit = timeLimit(
    () => 100,
    () => now,
  );
  const pass = (ms: number) => {
    now += ms;
    context.mock.timers.tick(ms);
  };
  pass(99);
  assert.equal(limit.signal.aborted, false);
  pass(1);
  assert.equal(limit.signal.aborted, true);
});

test('a time limit that has grown in the meantime aborts later', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let [now, allowed] = [0, 100];
  const limit = timeLimit(
    () => allowed,
    () => now,
  );
  const pass = (ms: number) => {
    now += ms;
    context.mock.timers.tick(ms);
  };
  allowed = 150;
  pass(100);
  assert.equal(limit.signal.aborted, false);
  pass(50);
  assert.equal(limit.signal.aborted, true);
  assert.equal(limit.ms(), 150);
});

test('a time limit that was let go of never aborts', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const limit = timeLimit(
    () => 100,
    () => now,
  );
  limit[Symbol.dispose]();
  now = 500;
  context.mock.timers.tick(500);
  assert.equal(limit.signal.aborted, false);
});
