import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requireComplete, requireWorkable, type SchemaStep, worksWith } from './schema.ts';

const step = (name: string, worksFrom: string | null = null): SchemaStep => ({ name, worksFrom });
const first = [step('0001-first'), step('0002-second')];
const names = (steps: readonly SchemaStep[]) => steps.map(({ name }) => name);

describe('a schema that a newer release has made', () => {
  test('is worked on by an older one that every newer step works with', () => {
    const applied = [...first, step('0003-more', '0002'), step('0004-most', '0001')];
    requireWorkable(applied, names(first));
    requireComplete(applied, names(first));
    assert.equal(worksWith(applied), 'releases that know 0002-second or more work on it');
  });

  test('is refused, with what it needs and what to do, when one of the steps needs more', () => {
    const applied = [...first, step('0003-more', '0002'), step('0004-most', '0003')];
    for (const require of [requireWorkable, requireComplete]) {
      assert.throws(() => require(applied, names(first)), {
        message:
          /is 0004-most, .* releases that know 0003-more or more work on it; this release knows 0002-second\. Start that release, or restore a backup .*upgrade\.md/,
      });
    }
    requireWorkable(applied, [...names(first), '0003-more']);
  });

  test('is refused when one of the steps says nothing, whatever the others say', () => {
    const applied = [...first, step('0003-more'), step('0004-most', '0001')];
    assert.throws(
      () => requireWorkable(applied, names(first)),
      /releases that know 0003-more or more work on it/,
    );
    assert.equal(worksWith(first), 'only releases that know 0002-second work on it');
  });

  test('is refused when it lacks a step of the older one, which must not take it now', () => {
    const applied = [step('0001-first'), step('0003-more', '0001')];
    assert.throws(() => requireWorkable(applied, names(first)), /the database lacks its 0002-second/);
  });
});

test('a schema that only lacks steps may be brought further, and is no complete one', () => {
  requireWorkable([step('0001-first')], names(first));
  requireWorkable([], names(first));
  assert.throws(() => requireComplete([], names(first)), /is empty; this release needs 0002-second.*migrate/);
});
