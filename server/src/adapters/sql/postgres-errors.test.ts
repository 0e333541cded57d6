import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { StorageError } from '../../core/errors.ts';
import { told } from './postgres-errors.ts';

function failedWith(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('a secret of the server', 0, 'error'), { code });
}

function meaningOf(error: unknown): string {
  const meaning = told(error, 'unreached');
  if (!(meaning instanceof StorageError)) return 'as it is';
  assert.ok(!meaning.message.includes('secret'), 'what the server says is for the log');
  return meaning.failure === 'transient' ? `transient, ${meaning.transience}` : meaning.failure;
}

const byCode: Readonly<Record<string, readonly string[]>> = {
  'transient, unanswered': ['08006', '25006', '53100', '57014', '57P01', '58030', 'XX000', 'ZZ999', ''],
  'transient, unreached': ['57P03'],
  'transient, busy': ['53300'],
  'transient, contended': ['40001', '40P01', '55P03'],
  permanent: ['28P01', '3D000', '3F000', '42P01', '42501', '57P04', 'XX001', '0A000'],
  'as it is': ['23505', '22P02', 'P0001'],
};

for (const [meaning, codes] of Object.entries(byCode)) {
  test(`what PostgreSQL says with ${codes.map((code) => code || 'no code').join(', ')}: ${meaning}`, () => {
    for (const code of codes) assert.equal(meaningOf(failedWith(code)), meaning, code);
  });
}

test('no answer is transient; that nothing was asked is known only where a connection was made', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  assert.equal(meaningOf(reset), 'transient, unreached');
  const lost = told(reset);
  assert.ok(lost instanceof StorageError && lost.transience === 'unanswered');
});

test('a certificate that is not trusted stays so', () => {
  const untrusted = Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  assert.equal(meaningOf(untrusted), 'permanent');
  assert.equal(meaningOf(new Error('The server does not support SSL connections')), 'permanent');
});
