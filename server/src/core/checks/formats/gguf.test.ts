import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gguf, ggufString, join, u32, u64 } from '../../../../test/corpus/bytes.ts';
import { lookAtFile } from '../../../../test/support/look-at-file.ts';

const float = 0;

test('values of every kind and tensors one behind the other pass', async () => {
  const bytes = gguf({
    pairs: [
      ggufString('general.name', 'small'),
      ['general.alignment', 4, u32(32)],
      ['tokens', 9, join(u32(8), u64(2), u64(1), 'a', u64(1), 'b')],
      ['numbers', 9, join(u32(4), u64(2), u32(1), u32(2))],
    ],
    tensors: [
      ['a', [8], float, 0],
      ['b', [2, 4], float, 32],
    ],
    dataBytes: 64,
  });
  assert.deepEqual(await lookAtFile('m.gguf', bytes), { rules: [], explanations: [], missed: null });
});

describe('damaged is', () => {
  const damaged: Readonly<Record<string, readonly [bytes: Buffer, explanation: RegExp]>> = {
    'a version that is not known': [gguf({ version: 99 }), /Version 99/],
    'more tensors than there is room for': [gguf({ tensorCount: 3 }), /beyond its end|ends before/],
    'a count that would take for ever': [gguf({ tensorCount: 2 ** 40 }), /more than 1000000/],
    'a key that stands there twice': [gguf({ pairs: [ggufString('a', '1'), ggufString('a', '2')] }), /twice/],
    'a text beyond the end': [gguf({ pairs: [['a', 8, u64(2 ** 50)]] }), /beyond its end/],
    'an array of more values than bytes': [gguf({ pairs: [['a', 9, join(u32(8), u64(10 ** 9))]] }), /values/],
    'an alignment of nothing': [gguf({ pairs: [['general.alignment', 4, u32(0)]] }), /alignment/],
    'tensors that overlap': [
      gguf({
        tensors: [
          ['a', [16], float, 0],
          ['b', [8], float, 32],
        ],
        dataBytes: 64,
      }),
      /overlaps/,
    ],
    'a tensor beyond the end': [
      gguf({ tensors: [['a', [2 ** 40], float, 0]], dataBytes: 32 }),
      /beyond the end/,
    ],
    'a type of tensor that is not known': [gguf({ tensors: [['a', [1], 77, 0]], dataBytes: 32 }), /type 77/],
  };
  for (const [what, [bytes, explanation]] of Object.entries(damaged))
    test(what, async () => {
      const seen = await lookAtFile('m.gguf', bytes);
      assert.deepEqual(seen.rules, ['gguf.damaged']);
      assert.match(seen.explanations.join(), explanation);
    });
});

test('a chat template that reaches out is found under any key', async () => {
  for (const key of ['tokenizer.chat_template', 'something.else']) {
    const bytes = gguf({ pairs: [ggufString(key, "{{ ''.__class__ }}")] });
    assert.deepEqual((await lookAtFile('m.gguf', bytes)).rules, ['template.reaches-out']);
  }
});
