import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestWindows } from './request-windows.ts';

const noon = Date.UTC(2026, 0, 31, 12);

test('requests are counted for a minute from the first one on', () => {
  const windows = new RequestWindows();
  assert.equal(windows.count('a', noon).requests, 1);
  assert.equal(windows.count('a', noon + 59_999).requests, 2);
  assert.equal(windows.count('b', noon + 59_999).requests, 1);
  assert.equal(windows.find('a', noon + 60_000), undefined);
  assert.equal(windows.count('a', noon + 60_000).requests, 1);
});

test('a clock that is set back makes no minute longer', () => {
  const windows = new RequestWindows();
  windows.count('a', noon);
  assert.equal(windows.find('a', noon - 3_600_000), undefined);
});

test('with more clients than are remembered those start anew whose minute ends first', () => {
  const windows = new RequestWindows(2);
  for (const client of ['a', 'b', 'a', 'c']) windows.count(client, noon);
  assert.equal(windows.find('a', noon), undefined);
  assert.equal(windows.find('b', noon)?.requests, 1);
  assert.equal(windows.find('c', noon)?.requests, 1);
});
