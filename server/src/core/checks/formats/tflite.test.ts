import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tflite } from '../../../../test/corpus/bytes.ts';
import { lookAtFile } from '../../../../test/support/look-at-file.ts';

test('operators that are not built in are named, each once', async () => {
  assert.deepEqual((await lookAtFile('m.tflite', tflite([null, null]))).rules, []);
  const { rules, explanations } = await lookAtFile('m.tflite', tflite([null, 'Mine', 'Yours']));
  assert.deepEqual(rules, ['tflite.custom-operator', 'tflite.custom-operator']);
  assert.match(explanations.join(), /"Mine".*"Yours"/);
});

describe('damaged is a model', () => {
  const changed = (at: number, value: number) => {
    const bytes = tflite(['Mine']);
    bytes.writeUInt32LE(value, at);
    return bytes;
  };
  const damaged: Readonly<Record<string, Buffer>> = {
    'whose root lies beyond its end': changed(0, 0xffff_0000),
    'whose table of fields lies before its beginning': changed(16, 0x7fff_ffff),
    'with more operators than there can be': changed(28, 0x00ff_ffff),
    'that is cut off': tflite(['Mine']).subarray(0, -12),
  };
  for (const [what, bytes] of Object.entries(damaged))
    test(what, async () => assert.deepEqual((await lookAtFile('m.tflite', bytes)).rules, ['tflite.damaged']));
});

test('every single byte may be another one without anything worse than a finding', async () => {
  const good = tflite(['Mine', null]);
  for (let at = 8; at < good.length; at++)
    for (const value of [0x00, 0x7f, 0xff]) {
      const bytes = Buffer.from(good);
      bytes[at] = value;
      const { missed } = await lookAtFile('m.tflite', bytes, { pieceBytes: 1_000 });
      assert.doesNotMatch(missed ?? '', /inspection failed/, `${value} at ${at}`);
    }
});
