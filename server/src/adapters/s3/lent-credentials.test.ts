import assert from 'node:assert/strict';
import { test } from 'node:test';
import { borrowedCredentials, lendCredentials } from './lent-credentials.ts';

test('who knows the lender’s name gets the credentials of the moment', async () => {
  let count = 0;
  const expiration = new Date('2026-01-31T12:00:00Z');
  const lender = lendCredentials(async () => ({
    accessKeyId: `key-${++count}`,
    secretAccessKey: 's',
    expiration,
  }));
  const borrowed = borrowedCredentials(lender.name);
  assert.deepEqual(await borrowed(), { accessKeyId: 'key-1', secretAccessKey: 's', expiration });
  const [second, third] = await Promise.all([borrowed(), borrowed()]);
  assert.deepEqual(new Set([second.accessKeyId, third.accessKeyId]), new Set(['key-2', 'key-3']));
  lender.close();
});

test('credentials that cannot be had are a failure of the store that may pass', async () => {
  const lender = lendCredentials(() => Promise.reject(new Error('no role')));
  await assert.rejects(borrowedCredentials(lender.name)(), { failure: 'transient', message: /no role/ });
  lender.close();
});
