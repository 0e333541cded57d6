import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { duplicateKey, objectsIn, parseJson, textsIn } from './json.ts';

describe('JSON is read as Python reads it,', () => {
  for (const [text, value] of [
    ['{"a": [1, "x", null]}', { a: [1, 'x', null] }],
    ['\uFEFF{"a": 1}', { a: 1 }],
    ['{"a": NaN, "b": [-Infinity], "c": "NaN"}', { a: null, b: [null], c: 'NaN' }],
    ['{"a": "a \\\\\\" NaN"}', { a: 'a \\" NaN' }],
    ['{', undefined],
    ['{"a": 1} more', undefined],
    ['{"a": 1}\0', undefined],
    ['', undefined],
  ] as const)
    test(JSON.stringify(text), () => assert.deepEqual(parseJson(Buffer.from(text)), value));
});

test('a key that an object has twice is told, at any depth, and however it is written', () => {
  assert.equal(duplicateKey('{"a": {"b": 1, "c": [{"b": 2}], "b": 3}}'), 'b');
  assert.equal(duplicateKey('{"a": 1, "\\u0061": 2}'), 'a');
  assert.equal(duplicateKey('{"a": {"a": [{"a": "a"}]}, "b": "a"}'), null);
});

test('every object and every text is found, however deep', () => {
  let deep = '{"text": "innermost"}';
  for (let i = 0; i < 5_000; i++) deep = `[${deep}]`;
  const value = parseJson(Buffer.from(deep));
  assert.ok(value !== undefined);
  assert.deepEqual([...objectsIn(value)], [{ text: 'innermost' }]);
  const texts = [...textsIn({ templates: ['a', { other: 'b' }], c: 1 })];
  assert.deepEqual(texts.map(({ key, text }) => `${key}: ${text}`).sort(), ['other: b', 'templates: a']);
});
