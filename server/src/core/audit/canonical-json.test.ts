import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from './canonical-json.ts';

test('the sample of RFC 8785 has its canonical form', () => {
  const value = {
    numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '€$\u000f\nA\'B"\\\\"/',
    literals: [null, true, false],
  };
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('members are in the order of their names in UTF-16, also those that look like numbers', () => {
  const names = ['€', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6', '10', '2', '__proto__x'];
  const value = Object.fromEntries(names.map((name) => [name, 0]));
  const sorted = names.toSorted();
  assert.equal(canonicalJson(value), `{${sorted.map((name) => `${JSON.stringify(name)}:0`).join(',')}}`);
});

test('what is undefined is left out, and what JSON cannot say is refused', () => {
  assert.equal(canonicalJson({ b: undefined, a: new Date(0) }), '{"a":"1970-01-01T00:00:00.000Z"}');
  assert.equal(canonicalJson('half \ud800'), '"half \\ud800"');
  assert.throws(() => canonicalJson(Number.POSITIVE_INFINITY));
  assert.throws(() => canonicalJson({ a: () => 1 }));
});

test('a value that went through JSON has the same form', () => {
  const value = { reason: 'It’s \u2028 "fine" 🦊', subject: { sizeBytes: 1e21, z: [{ y: -0, x: null }] } };
  const text = canonicalJson(value);
  assert.equal(canonicalJson(JSON.parse(text)), text);
});
