import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptCount } from '../../src/core/access/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';

const now = new Date('2026-01-31T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const counted = (failures: number, forgetAt = later(60)): AttemptCount => ({
  failures,
  waitUntil: later(1),
  forgetAt,
});

describeOnEveryEngine('LoginAttempts', (engine) => {
  test('a count is stored under its key where there was none, and found as it was', async () => {
    assert.equal(await engine().loginAttempts.find('one'), null);
    assert.equal(await engine().loginAttempts.replace('one', null, counted(1)), true);
    assert.deepEqual(await engine().loginAttempts.find('one'), counted(1));
    assert.equal(await engine().loginAttempts.find('other'), null);
  });

  test('a count is replaced only where it is what was expected', async () => {
    await engine().loginAttempts.replace('one', null, counted(1));
    assert.equal(await engine().loginAttempts.replace('one', null, counted(2)), false);
    assert.equal(await engine().loginAttempts.replace('one', counted(2), counted(3)), false);
    assert.equal(await engine().loginAttempts.replace('one', counted(1, later(61)), counted(3)), false);
    assert.equal(await engine().loginAttempts.replace('other', counted(1), counted(2)), false);
    assert.deepEqual(await engine().loginAttempts.find('one'), counted(1));
    assert.equal(await engine().loginAttempts.replace('one', counted(1), counted(2)), true);
    assert.deepEqual(await engine().loginAttempts.find('one'), counted(2));
  });

  test('of replacements at the same time one succeeds', async () => {
    for (const expected of [null, counted(1)]) {
      const replaced = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          engine().loginAttempts.replace('one', expected, counted(expected === null ? 1 : 2 + i)),
        ),
      );
      assert.equal(replaced.filter(Boolean).length, 1);
    }
  });

  test('a count is forgotten when its time has come, and not before', async () => {
    await engine().loginAttempts.replace('one', null, counted(1, later(10)));
    await engine().loginAttempts.replace('other', null, counted(1, later(11)));
    await engine().loginAttempts.removeForgotten(later(10));
    assert.equal(await engine().loginAttempts.find('one'), null);
    assert.deepEqual(await engine().loginAttempts.find('other'), counted(1, later(11)));
  });
});
