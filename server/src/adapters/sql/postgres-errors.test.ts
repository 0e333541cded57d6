import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { StorageError } from '../../core/errors.ts';
import { endsConnection, isContention, refuseUnkeepable, told } from './postgres-errors.ts';

function errorOf(code: string): pg.DatabaseError {
  const error = new pg.DatabaseError(`an error ${code}`, 1, 'error');
  error.code = code;
  return error;
}

describe('What an error of PostgreSQL means', () => {
  const meanings: Readonly<Record<'transient' | 'permanent', Readonly<Record<string, string>>>> = {
    transient: {
      '08006': 'a broken connection',
      '25006': 'a standby',
      '40001': 'a conflict of transactions',
      '40P01': 'a deadlock',
      '53300': 'too many connections',
      '53100': 'a full disk',
      '55P03': 'a lock that is not had in time',
      '57014': 'a statement that takes too long',
      '57P01': 'a server that stops',
      '57P03': 'a server that starts',
      XX000: 'an error inside',
      ZZ999: 'an error that nobody knows',
    },
    permanent: {
      '28P01': 'a wrong password',
      '3D000': 'a database that is not there',
      '42P01': 'a table that is not there',
      '42501': 'a permission that is missing',
      '57P04': 'a database that was dropped',
      XX001: 'corrupted data',
    },
  };
  for (const [failure, codes] of Object.entries(meanings)) {
    for (const [code, what] of Object.entries(codes)) {
      test(`${what} is ${failure}`, () => {
        const error = told(errorOf(code));
        assert.ok(error instanceof StorageError);
        assert.equal(error.failure, failure);
      });
    }
  }

  test('a broken constraint stays the matter of whoever broke it', () => {
    const error = errorOf('23505');
    assert.equal(told(error), error);
  });

  test('no answer is transient, an answer that is not to be trusted is permanent', () => {
    const failureOf = (error: Error) => (told(error) as StorageError).failure;
    assert.equal(failureOf(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })), 'transient');
    assert.equal(failureOf(new Error('timeout exceeded when trying to connect')), 'transient');
    assert.equal(
      failureOf(Object.assign(new Error('self'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })),
      'permanent',
    );
    assert.equal(failureOf(new Error('The server does not support SSL connections')), 'permanent');
  });

  test('only transactions that got into each other’s way begin again', () => {
    assert.equal(isContention(told(errorOf('40P01'))), true);
    assert.equal(isContention(told(errorOf('40001'))), true);
    assert.equal(isContention(told(errorOf('55P03'))), false);
    assert.equal(isContention(new Error('other')), false);
  });

  test('a connection to a server that takes no changes any more is given up, one after a broken rule is not', () => {
    assert.equal(endsConnection(errorOf('25006')), true);
    assert.equal(endsConnection(new Error('Query read timeout')), true);
    assert.equal(endsConnection(errorOf('23505')), false);
  });
});

test('a text that PostgreSQL cannot keep is refused as the caller’s', () => {
  refuseUnkeepable(['plain', 1, null, ['also', 'plain']]);
  for (const parameters of [['a\0b'], ['plain', ['a', 'b\0']]]) {
    assert.throws(() => refuseUnkeepable(parameters), { code: 'invalid-request' });
  }
});
