import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { safetensors } from '../../../../test/corpus/bytes.ts';
import { lookAtFile } from '../../../../test/support/look-at-file.ts';

const tensor = (start: number, end: number, more: object = {}) => ({
  dtype: 'F32',
  shape: [(end - start) / 4],
  data_offsets: [start, end],
  ...more,
});

test('tensors that fill the file pass, in any order, with metadata', async () => {
  const header = { b: tensor(8, 16), __metadata__: { format: 'pt' }, a: tensor(0, 8), empty: tensor(8, 8) };
  assert.deepEqual((await lookAtFile('m.safetensors', safetensors(header, 16))).rules, []);
});

describe('damaged is', () => {
  const damaged: Readonly<Record<string, readonly [bytes: Buffer, explanation: RegExp]>> = {
    'a header that is no object': [safetensors([], 0, '{]'), /no JSON object/],
    'a header that has a key twice': [
      safetensors({}, 4, `{"a":${JSON.stringify(tensor(0, 4))},"a":${JSON.stringify(tensor(0, 4))}}`),
      /twice/,
    ],
    'a tensor that overlaps another': [safetensors({ a: tensor(0, 8), b: tensor(4, 12) }, 12), /overlaps/],
    'a gap between tensors': [safetensors({ a: tensor(0, 4), b: tensor(8, 12) }, 12), /belong to none/],
    'bytes behind the last tensor': [safetensors({ a: tensor(0, 4) }, 8), /the file has 8/],
    'a shape that does not fit': [
      safetensors({ a: tensor(0, 8, { shape: [3] }) }, 8),
      /12 bytes by its shape/,
    ],
    'a type that is not known': [safetensors({ a: tensor(0, 8, { dtype: 'PY' }) }, 8), /unknown type/],
    'an offset below zero': [safetensors({ a: tensor(-4, 4) }, 4), /lacks/],
    'metadata that is more than texts': [safetensors({ __metadata__: { a: 1 } }, 0), /more than texts/],
  };
  for (const [what, [bytes, explanation]] of Object.entries(damaged))
    test(what, async () => {
      const seen = await lookAtFile('weights.bin', bytes);
      assert.deepEqual(seen.rules, ['safetensors.damaged']);
      assert.match(seen.explanations.join(), explanation);
    });
});

test('what announces a longer header than there is is none, whatever its name', async () => {
  const cut = safetensors({ a: tensor(0, 4) }, 4).subarray(0, 30);
  assert.deepEqual((await lookAtFile('m.safetensors', cut)).rules, ['format.misnamed']);
});
