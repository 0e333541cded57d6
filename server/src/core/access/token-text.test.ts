import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness } from '../../../test/support/samples.ts';
import { hashOfTokenText, looksPersonal, newTokenText } from './token-text.ts';

test('a token text is recognised by its form and hashed', () => {
  const text = newTokenText(randomness);
  assert.match(text, /^assay_[0-9A-Za-z]{49}$/);
  assert.equal(looksPersonal(text), true);
  assert.match(hashOfTokenText(text) ?? '', /^[0-9a-f]{64}$/);
});

test('all random bits are in the text: the smallest and the largest have the same length', () => {
  for (const byte of [0, 255]) {
    const text = newTokenText({ id: () => '', bytes: (count) => Buffer.alloc(count, byte) });
    assert.match(text, /^assay_[0-9A-Za-z]{49}$/);
    assert.notEqual(hashOfTokenText(text), null);
  }
});

test('a text with any character changed, added or left out is not one', () => {
  const text = newTokenText(randomness);
  for (let i = 6; i < text.length; i += 1) {
    const other = text[i] === 'a' ? 'b' : 'a';
    assert.equal(hashOfTokenText(text.slice(0, i) + other + text.slice(i + 1)), null, `at ${i}`);
    assert.equal(hashOfTokenText(text.slice(0, i) + text.slice(i + 1)), null);
  }
  assert.equal(hashOfTokenText(`${text}a`), null);
  assert.equal(hashOfTokenText('assay_'), null);
});
