import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckResult } from '../checks/index.ts';
import { coverageStatement, isComplete, percentLookedAt } from './coverage-statement.ts';

function result(bytesLookedAt: number, fields: Partial<CheckResult> = {}): CheckResult {
  return {
    check: 'formats',
    rules: '1',
    verdict: 'passed',
    findings: [],
    coverage: { bytesLookedAt, bytesInAll: 1_000_000 },
    reason: null,
    durationMs: 1,
    ...fields,
  };
}

test('all is said only when every check has looked at every byte', () => {
  assert.equal(coverageStatement({ results: [result(1_000_000)] }), '100 % of bytes, by every check.');
  assert.match(coverageStatement({ results: [result(1_000_000), result(999_999)] }), /formats: 99\.99 %/);
  assert.equal(coverageStatement({ results: [] }), 'No check looked at it.');
});

test('a check that is inconclusive is not complete, whatever it counted', () => {
  const crashed = result(1_000_000, { verdict: 'inconclusive', reason: 'It crashed.' });
  assert.equal(isComplete(crashed), false);
  assert.match(coverageStatement({ results: [crashed] }), /It crashed\.$/);
});

test('what is missing is named with its file and reason', () => {
  const gaps = [{ path: 'a.bin', start: 0, end: 10, reason: 'it is encrypted' }];
  const missing = result(999_990, {
    verdict: 'failed',
    coverage: { bytesLookedAt: 990, bytesInAll: 1_000, gaps },
  });
  assert.equal(
    coverageStatement({ results: [missing] }),
    'formats: 99 % of bytes (990 of 1000); a.bin: it is encrypted',
  );
});

test('percents are never rounded up to a hundred', () => {
  assert.equal(percentLookedAt({ bytesLookedAt: 2 ** 40 - 1, bytesInAll: 2 ** 40 }), 99.99);
  assert.equal(percentLookedAt({ bytesLookedAt: 0, bytesInAll: 0 }), 100);
  assert.equal(percentLookedAt({ bytesLookedAt: 0, bytesInAll: 7 }), 0);
});
