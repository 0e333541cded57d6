import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Caller, reachesPackage } from './caller.ts';

const withPatterns = (...packagePatterns: string[]): Caller => ({
  user: null,
  token: { id: 't1', kind: 'personal', packagePatterns },
  address: '',
  requestId: '',
});

test('a star stands for any run of characters, everything else for itself', () => {
  const rows: [string, string, boolean][] = [
    ['vad-web', 'vad-web', true],
    ['vad-web', 'vad-web2', false],
    ['vad-*', 'vad-', true],
    ['vad-*', 'vad-web', true],
    ['vad-*', 'a-vad-web', false],
    ['*-web', 'vad-web', true],
    ['*-web', 'vad-web-2', false],
    ['@team/*', '@team/model', true],
    ['@team/*', '@teams/model', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*bc', 'abc', false],
    ['*aa*', 'aa', true],
    ['**', 'anything', true],
    ['*', '', true],
    ['v.d', 'vad', false],
    ['v?d', 'vad', false],
  ];
  for (const [pattern, name, reached] of rows) {
    assert.equal(reachesPackage(withPatterns(pattern), name), reached, `${pattern} on ${name}`);
  }
});

test('one matching pattern is enough, and none at all means every package', () => {
  assert.equal(reachesPackage(withPatterns('a', 'b'), 'b'), true);
  assert.equal(reachesPackage(withPatterns(), 'anything'), true);
});

test('no pattern makes matching slow', () => {
  const pattern = `${'*a'.repeat(100)}b`;
  const started = performance.now();
  for (let i = 0; i < 100; i += 1) {
    assert.equal(reachesPackage(withPatterns(pattern), `${'a'.repeat(10_000)}c`), false);
  }
  assert.ok(performance.now() - started < 1_000);
});
