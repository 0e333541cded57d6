import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Constant, FollowedDict, FollowedTuple, FollowedType, minusOne } from './numpy-type.ts';
import { GlobalReference, opaque, type Value } from './symbolic-stack.ts';

const none = new Constant(null);
const called = (name: Value) => new FollowedType(new FollowedTuple([name, none, none]));
const stateOf = (flags: number, subarray: Value = none, fields: Value = none, version = 3) =>
  new FollowedTuple([
    new Constant(version),
    '|',
    subarray,
    none,
    fields,
    new Constant(minusOne),
    new Constant(minusOne),
    new Constant(flags),
  ]);

function built(name: Value, state: Value): FollowedType {
  const type = called(name);
  type.build(state);
  return type;
}

function fieldsOf(type: Value): FollowedDict {
  const fields = new FollowedDict();
  fields.add(['a', new FollowedTuple([type, new Constant(0)])]);
  return fields;
}

describe('a type of numpy is taken for forged', () => {
  const objects = built('O8', stateOf(63));
  const cases: Readonly<Record<string, FollowedType>> = {
    'that denies its objects': built('O8', stateOf(0)),
    'that does not pickle them one by one': built('O8', stateOf(1)),
    'that denies those of a field': built('V8', stateOf(0, none, fieldsOf(objects))),
    'that denies those of a subarray': built('V8', stateOf(0, new FollowedTuple([objects]))),
    'with a field that has no state yet': built('V8', stateOf(0, none, fieldsOf(called('O8')))),
    'with fields that are not known': built('V8', stateOf(0, none, opaque)),
    'with a state that is not known': built('f8', opaque),
    'of an unknown version': built('f8', stateOf(0, none, none, 9)),
    'of several types in one name': built('O,f8', stateOf(0)),
    'of a class that is none of numpy’s': built(new GlobalReference('a', 'B'), stateOf(0)),
  };
  for (const [title, type] of Object.entries(cases)) test(title, () => assert.ok(type.isForged));

  test('that gets another state', () => {
    const type = built('f8', stateOf(0));
    assert.ok(!type.isForged);
    type.build(stateOf(0));
    assert.ok(type.isForged);
  });
});

test('types as numpy writes them are honest, and the fields they hold may not be added to', () => {
  const number = built('f8', stateOf(0));
  const fields = fieldsOf(number);
  assert.ok(!built('V8', stateOf(16, none, fields)).isForged);
  assert.ok(fields.isSealed);
  assert.ok(!built('V8', stateOf(27, none, fieldsOf(built('O8', stateOf(63))))).isForged);
  assert.ok(!built(new GlobalReference('numpy', 'record'), stateOf(16, none, fieldsOf(number))).isForged);
});

test('the elements of a type are counted in bytes, unless they are objects', () => {
  assert.equal(built('f8', stateOf(0)).elementBytes(), 8);
  assert.equal(built('V8', stateOf(27, none, fieldsOf(built('O8', stateOf(63))))).elementBytes(), 'object');
});
