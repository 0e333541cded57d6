import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedWords, readmeWords, searchWords } from './search-words.ts';

test('words are letters and digits, without case and accents', () => {
  assert.deepEqual(searchWords('Überraschung: café-BERT_v2 (日本語)'), [
    'uberraschung',
    'cafe',
    'bert',
    'v2',
    '日本語',
  ]);
  assert.deepEqual(searchWords(' "*" -- '), []);
});

test('a very long word is cut in the same way wherever it stands', () => {
  assert.deepEqual(searchWords('x'.repeat(1_000)), ['x'.repeat(40)]);
});

test('a README adds each word once, and not more words than the limit', () => {
  assert.deepEqual(readmeWords('one two ONE'), ['one', 'two']);
  const many = Array.from({ length: 5_000 }, (_, i) => `w${i}`).join(' ');
  assert.equal(readmeWords(many).length, 2_000);
});

test('of the words asked for the last one stays last, and a flood of them is cut', () => {
  assert.deepEqual(askedWords('deep deep learning deep'), ['deep', 'learning', 'deep']);
  assert.deepEqual(askedWords('  '), []);
  assert.equal(askedWords('a b c d e f g h i j k l m n o p').length, 12);
});
