import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { message } from '../../../../test/corpus/bytes.ts';
import { lookAtFile, whatIsTold } from '../../../../test/support/look-at-file.ts';
import { inspectGraphText } from './tensorflow.ts';

const node = (operator: string) => message([1, 'a node'], [2, operator]);
const graph = (...operators: string[]) =>
  Buffer.concat(operators.map((operator) => message([1, node(operator)])));
const savedModel = (inner: Uint8Array) => message([1, 1], [2, message([2, inner])]);
const inFunction = message([2, message([1, message([3, node('WriteFile')])])]);

describe('a graph', () => {
  const cases: readonly (readonly [what: string, name: string, Buffer, rules: readonly string[]])[] = [
    ['of common operators passes', 'saved_model.pb', savedModel(graph('MatMul', 'RestoreV2', 'SaveV2')), []],
    [
      'that reads files',
      'saved_model.pb',
      savedModel(graph('MatMul', 'ReadFile')),
      ['tensorflow.unsafe-operator'],
    ],
    [
      'that writes files in a function',
      'saved_model.pb',
      savedModel(inFunction),
      ['tensorflow.unsafe-operator'],
    ],
    ['that runs Python, by itself', 'frozen.pb', graph('PyFunc'), ['tensorflow.unsafe-operator']],
    ['under another name', 'weights.bin', savedModel(graph('EagerPyFunc')), ['tensorflow.unsafe-operator']],
    [
      'that is cut off',
      'saved_model.pb',
      savedModel(graph('MatMul')).subarray(0, -1),
      ['tensorflow.damaged'],
    ],
  ];
  for (const [what, name, bytes, rules] of cases)
    test(what, async () => assert.deepEqual((await lookAtFile(name, bytes)).rules, rules));
});

test('what is named as a graph and cannot be read as one was not looked at', async () => {
  assert.match((await lookAtFile('x.pb', Buffer.alloc(40, 0xff))).missed ?? '', /It is no graph/);
});

test('a graph as text is read by its operators, and none hides behind escapes', () => {
  const told = (text: string) => whatIsTold((telling) => inspectGraphText(text, telling));
  assert.deepEqual(told('node { name: "ReadFile" op: "MatMul" }'), []);
  for (const operator of ["'PyFunc'", '"ReadFile"', '"Read\\x46ile"', '"RunShellCommand"'])
    assert.deepEqual(told(`node { op : ${operator} }`), ['tensorflow.unsafe-operator'], operator);
});
