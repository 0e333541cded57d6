import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Damaged, type Script, ScriptedInspector, see } from './scripted.ts';

function run(script: Script, pieces: readonly string[]) {
  const faults: [string, number][] = [];
  const inspector = new ScriptedInspector(script, (explanation, offset) =>
    faults.push([explanation, offset]),
  );
  for (const piece of pieces) inspector.push(Buffer.from(piece));
  inspector.end();
  return faults;
}

test('a script sees what it asks for, however the bytes come', () => {
  for (const pieces of [['aabbbcc…'], [...'aabbbcc…'], ['aab', 'bb', 'cc…']]) {
    const seen: string[] = [];
    const faults = run(
      (function* () {
        seen.push((yield* see(2)).toString());
        yield { pass: 3 };
        seen.push((yield* see(0)).toString(), (yield* see(2)).toString());
      })(),
      pieces,
    );
    assert.deepEqual([seen, faults], [['aa', '', 'cc'], []]);
  }
});

describe('it is damaged', () => {
  test('when the bytes end before the script does', () => {
    const waits = function* (): Script {
      yield* see(9);
    };
    assert.deepEqual(run(waits(), ['abc']), [['It ends before what it announces.', 3]]);
  });

  test('when it ends in what was to be passed over', () => {
    const passes = function* (): Script {
      yield { pass: 9 };
    };
    assert.equal(run(passes(), ['abc']).length, 1);
    assert.equal(run(passes(), ['abcdefghi']).length, 0);
  });

  test('when the script says so, once, and nothing more is asked of it', () => {
    const refuses = function* (): Script {
      yield* see(1);
      throw new Damaged('no');
    };
    assert.deepEqual(run(refuses(), ['a', 'b', 'c']), [['no', 0]]);
  });
});

test('more than is kept in memory is an error, not a fault of the bytes', () => {
  const greedy = function* (): Script {
    yield* see(2 ** 30);
  };
  assert.throws(() => run(greedy(), ['a']), /more than is kept/);
});
