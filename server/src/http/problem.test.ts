import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegistryError, StorageError } from '../core/errors.ts';
import { problemFrom } from './problem.ts';

const retryAfter = (thrown: unknown) => problemFrom(thrown, 'r').headers['retry-after'];

test('an engine that does not answer is a 503 that says when to try again', () => {
  const away = new StorageError('transient', 'records: no answer since 12:00', undefined, {
    transience: 'unreached',
    retryAfterSeconds: 7.2,
  });
  const { status, body } = problemFrom(away, 'r');
  assert.deepEqual([status, body.code], [503, 'unavailable']);
  assert.equal(retryAfter(away), '8');
  assert.equal(retryAfter(new StorageError('transient', 'connection lost')), '5', 'when nobody knows');
});

test('what an engine says of itself stays in the log', () => {
  const { body } = problemFrom(new StorageError('transient', 'connect ECONNREFUSED 10.1.2.3:5432'), 'r');
  assert.ok(!JSON.stringify(body).includes('10.1.2.3'));
});

test('what is missing or broken in an engine is no reason to try again', () => {
  for (const failure of ['missing', 'permanent'] as const) {
    const { status, headers } = problemFrom(new StorageError(failure, 'x'), 'r');
    assert.deepEqual([status, headers['retry-after']], [500, undefined]);
  }
  assert.equal(retryAfter(new RegistryError('not-found', 'x')), undefined);
});
