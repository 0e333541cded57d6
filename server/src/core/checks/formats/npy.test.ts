import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { join, npy } from '../../../../test/corpus/bytes.ts';
import { badPickle, goodPickle } from '../../../../test/support/compressed-samples.ts';
import { lookAtFile } from '../../../../test/support/look-at-file.ts';

const header = (descr: string, shape: string) =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': (${shape}), }`;
const floats = npy(header("'<f4'", '2, 3'), Buffer.alloc(24));

describe('an array passes', () => {
  const good: Readonly<Record<string, Buffer>> = {
    'of numbers': floats,
    'behind another one': join(floats, floats),
    'of nothing': npy(header("'<f8'", '0, 4'), Buffer.alloc(0)),
    'without dimensions': npy(header("'<i8'", ''), Buffer.alloc(8)),
    'of characters': npy(header("'<U3'", '2,'), Buffer.alloc(24)),
    'of records': npy(header("[('a', '<f4'), ('b', '<i2', (2,))]", '3,'), Buffer.alloc(24)),
    'with a long header': npy(header("'|b1'", '4,'), Buffer.alloc(4), 2),
    'of objects that are harmless': npy(header("'|O'", '1,'), goodPickle),
  };
  for (const [what, bytes] of Object.entries(good))
    test(what, async () =>
      assert.deepEqual(await lookAtFile('a.npy', bytes), { rules: [], explanations: [], missed: null }),
    );
});

describe('damaged is', () => {
  const damaged: Readonly<Record<string, Buffer>> = {
    'fewer bytes than its shape says': floats.subarray(0, -1),
    'something behind the array': join(floats, 'something else'),
    'a shape of more than there can be': npy(header("'<f8'", '999999999, 999999999'), Buffer.alloc(8)),
    'a header with two types': npy(
      "{'descr': '<f4', 'fortran_order': False, 'descr': '|O', 'shape': (1,), }",
      Buffer.alloc(4),
    ),
    'a header that is a program': npy("__import__('os')", Buffer.alloc(4)),
    'a type with an escape': npy(header("'\\x7cO'", '1,'), badPickle),
    'a version that is not known': npy(header("'<f4'", '1,'), Buffer.alloc(4), 9),
  };
  for (const [what, bytes] of Object.entries(damaged))
    test(what, async () => assert.deepEqual((await lookAtFile('a.npy', bytes)).rules, ['npy.damaged']));
});

test('objects are followed as a pickle, at their place', async () => {
  const records = npy(header("[('a', '<f4'), ('b', '|O')]", '1,'), badPickle);
  for (const bytes of [
    npy(header("'|O'", '1,'), badPickle),
    records,
    join(floats, npy(header("'O'", '1,'), badPickle)),
  ])
    assert.deepEqual((await lookAtFile('a.npy', bytes)).rules, ['pickle.dangerous-global']);
});
