import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameKeyOf, requireName, sameName } from './user-name.ts';

test('letters, digits and single separators between them are a name', () => {
  for (const name of ['ada', 'Ada.Lovelace', 'a-b_c.d', '007', 'x'.repeat(40)]) requireName('user', name);
});

test('everything else is refused, and the refusal names it', () => {
  const refused = [
    '',
    'ab',
    'x'.repeat(41),
    '-ada',
    'ada.',
    'a..b',
    'a b',
    'ad/a',
    'аda',
    'ada\n',
    '..',
    'a-.b',
  ];
  for (const name of refused) {
    assert.throws(() => requireName('user', name), { code: 'invalid-request' }, JSON.stringify(name));
  }
  assert.throws(() => requireName('user', 'a b'), /"a b"/);
});

test('names the registry speaks of itself are nobody’s, nor are their look-alikes', () => {
  for (const name of ['registry', 'Anonymous', 'SYSTEM', 'reg1stry']) {
    assert.throws(() => requireName('user', name), /reserved/);
  }
});

test('names that read alike have one key, others have not', () => {
  const keys = ['Ada.Li-0', 'ada-li-0', 'ADA_L1_O', 'ada.ll.o'].map(nameKeyOf);
  assert.equal(new Set(keys).size, 1);
  assert.notEqual(nameKeyOf('ada'), nameKeyOf('adam'));
  assert.notEqual(nameKeyOf('a-da'), nameKeyOf('ada'));
});

test('only case may differ between a name and itself', () => {
  assert.equal(sameName('Ada', 'aDA'), true);
  assert.equal(sameName('ada', 'ad4'), false);
  assert.equal(sameName('bill', 'bi11'), false);
});
