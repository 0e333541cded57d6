import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { message } from '../../../../test/corpus/bytes.ts';
import { lookAtFile } from '../../../../test/support/look-at-file.ts';
import { isLikelyOnnx } from './onnx.ts';

const model = (graph: Uint8Array) => message([1, 8], [2, 'a producer'], [7, graph]);
const node = (operator: string, domain = '', more: Uint8Array = Buffer.alloc(0)) =>
  message([1, Buffer.concat([message([4, operator], [7, domain]), more])]);
const tensorAt = (location: string) => message([13, message([1, 'location'], [2, location])]);

describe('a model', () => {
  const inner = message([5, message([6, node('PyOp')])]);
  const cases: Readonly<Record<string, readonly [Buffer, readonly string[]]>> = {
    'of known operators passes': [model(node('Conv', 'ai.onnx.ml')), []],
    'that runs Python': [model(node('PyFunc')), ['onnx.python-operator']],
    'that runs Python in a branch': [model(node('If', '', inner)), ['onnx.python-operator']],
    'of a domain of its own': [model(node('Mine', 'org.example')), ['onnx.custom-domain']],
    'with data beside it': [model(message([5, tensorAt('weights/model.bin')])), []],
    ...Object.fromEntries(
      ['../x', '/etc/passwd', 'C:\\x', 'a/../../x', 'http://example.org/x', '..\\x'].map((location) => [
        `with data at ${location}`,
        [model(message([5, tensorAt(location)])), ['onnx.external-data']] as const,
      ]),
    ),
    'that is cut off': [model(node('Conv')).subarray(0, -2), ['onnx.damaged']],
  };
  for (const [what, [bytes, rules]] of Object.entries(cases))
    test(what, async () => assert.deepEqual((await lookAtFile('m.onnx', bytes)).rules, rules));
});

test('a model is known by its beginning under any name', async () => {
  const bytes = model(node('PyOp'));
  assert.equal(isLikelyOnnx(bytes), true);
  assert.equal(isLikelyOnnx(Buffer.from([8, 200, 0x12])), false);
  assert.deepEqual((await lookAtFile('weights.bin', bytes)).rules, ['onnx.python-operator']);
});
