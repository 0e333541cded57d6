import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness } from '../../../test/support/samples.ts';
import { requireStrongPassword } from './password-rule.ts';
import { oneTimePassword } from './passwords.ts';

const refused = (password: string, detail: RegExp) =>
  assert.throws(
    () => requireStrongPassword(password, 'ada'),
    (error: Error & { code?: string }) => error.code === 'password-too-weak' && detail.test(error.message),
    password,
  );

test('a password has 12 to 256 characters, counted as people count', () => {
  refused('fjord7Quilt', /11 characters; it must have 12 to 256/);
  refused('🦊🐢🦉🐝🦀🐙', /6 characters/);
  refused('fjord7Quilt!'.repeat(22), /264 characters/);
  requireStrongPassword('fjord7Quilt!', 'ada');
});

test('a password does not contain the user name in any case', () => {
  refused('fjord-ADA-quilt', /user name/);
});

test('repetitions, sequences and common words do not make a password', () => {
  for (const password of [
    'aaaaaaaaaaaaaaaa',
    '1234567890123456',
    'abcdefghijklmnop',
    'xyzxyzxyzxyzxyzxyz',
    'password1234',
    'Password2026!',
    'qwertyqwerty12',
    'admin-admin-admin',
  ]) {
    refused(password, /easy to guess/);
  }
});

test('phrases and one-time passwords are accepted, whatever kinds of characters they have', () => {
  requireStrongPassword('correct horse battery staple', 'ada');
  requireStrongPassword('schneeglöckchen blüht', 'ada');
  // A name of letters that one-time passwords do not have: any other may, by chance, occur in one.
  for (let i = 0; i < 100; i += 1) requireStrongPassword(oneTimePassword(randomness), 'lol');
});
