import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameKey, requirePackageName } from './package-name.ts';

test('ordinary names are allowed', () => {
  for (const name of ['bert', 'bert-base', 'My_Model.v2', 'a1', 'openai/whisper-large', '0x']) {
    requirePackageName(name);
  }
});

test('path tricks, reserved words and unreadable names are refused', () => {
  const bad = [
    '',
    'a',
    '..',
    '.',
    '../x',
    'a/../b',
    'a//b',
    '/a',
    'a/',
    'a/b/c',
    '.hidden',
    'a..b',
    'a-_b',
    'con',
    'CON',
  ];
  const more = [
    'a/nul',
    'com1',
    'node_modules',
    'search',
    'a b',
    'a\u0000b',
    'a\\b',
    'аdmin',
    'x\u202Ey',
    'a%2fb',
    'é1',
  ];
  for (const name of [...bad, ...more, 'x'.repeat(97), '-ab', 'ab-', 'a/-b']) {
    assert.throws(() => requirePackageName(name), { code: 'name-invalid' }, JSON.stringify(name));
  }
});

test('names that look the same are the same', () => {
  assert.equal(nameKey('My_Model.V2'), nameKey('my-model-v2'));
});
