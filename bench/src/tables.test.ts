import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentile } from './measure.ts';
import { isReached, tableOf } from './tables.ts';

const row = { figure: 'a ÷ b (s)', ours: 1, theirs: 4, target: '≤ 0.5' };

test('a target is a bound of the ratio, or of the number where nothing stands beside it', () => {
  assert.ok(isReached(row));
  assert.ok(!isReached({ ...row, theirs: 1.9 }));
  assert.ok(isReached({ ...row, ours: 3.2, target: '≥ 0.8' }));
  assert.ok(!isReached({ ...row, ours: 3.1, target: '≥ 0.8' }));
  assert.ok(isReached({ ...row, theirs: null, target: '≤ 1' }));
  assert.ok(!isReached({ ...row, theirs: null, target: '≤ 0.9' }));
  assert.ok(!isReached({ ...row, ours: Number.NaN }), 'what was not measured is not reached');
});

test('a table tells what was not reached', () => {
  const table = tableOf([row, { ...row, theirs: 1 }]);
  assert.match(table, /^\| a ÷ b \(s\) \| +1\.00 \| +4\.00 \| 0\.250 \| ≤ 0\.5 +\| yes +\|$/m);
  assert.match(table, /\| NO +\|$/m);
});

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 20 }, (_, i) => 20 - i);
  assert.equal(percentile(values, 0.95), 19);
  assert.equal(percentile(values, 0.5), 10);
  assert.equal(percentile(values, 1), 20);
  assert.equal(percentile([7], 0.5), 7);
});
