import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KMSClient } from '@aws-sdk/client-kms';
import { type AwsAnswer, type AwsRequest, answering } from '../../../test/support/fake-aws.ts';
import { DataKeys } from './data-keys.ts';

const webhooks = { application: 'assay', purpose: 'webhook' };
const text = (value: unknown) => Buffer.from(String(value)).toString('base64');

/** KMS whose data keys count up from 1, encrypted as `sealed <n>`, unless `failing` names an exception. */
function dataKeys() {
  const state = { nowMs: 0, failing: '', requests: [] as AwsRequest[] };
  const answer = (request: AwsRequest): AwsAnswer => {
    state.requests.push(request);
    if (state.failing !== '') return { error: state.failing };
    const n = state.requests.length;
    return {
      output: { Plaintext: text(n), CiphertextBlob: text(`sealed ${n}`), KeyId: 'arn:key' },
    };
  };
  const settings = { kmsKey: 'alias/assay', lifetimeMs: 60_000, uses: 3 };
  const keys = new DataKeys(new KMSClient(answering(answer)), settings, () => state.nowMs);
  const seal = async (context = webhooks) => Buffer.from((await keys.toSeal(context)).plaintext).toString();
  const open = (encrypted: string, context = webhooks) =>
    keys.toOpen(Buffer.from(encrypted), 'arn:key', context);
  return { state, seal, open };
}

test('a data key seals so many secrets, also at the same time, and then another one does', async () => {
  const { seal } = dataKeys();
  assert.deepEqual(await Promise.all([seal(), seal(), seal(), seal()]), ['1', '1', '1', '2']);
});

test('a data key seals for so long', async () => {
  const { state, seal } = dataKeys();
  assert.equal(await seal(), '1');
  state.nowMs = 59_999;
  assert.equal(await seal(), '1');
  state.nowMs = 60_000;
  assert.equal(await seal(), '2');
});

test('secrets for different purposes have different data keys, each bound to its purpose', async () => {
  const { state, seal } = dataKeys();
  assert.equal(await seal(), '1');
  assert.equal(await seal({ ...webhooks, purpose: 'hallmark' }), '2');
  assert.deepEqual(
    state.requests.map(({ input }) => [input.KeyId, input.EncryptionContext]),
    [
      ['alias/assay', webhooks],
      ['alias/assay', { ...webhooks, purpose: 'hallmark' }],
    ],
  );
});

test('a data key is decrypted once while it is remembered, for the same purpose only', async () => {
  const { state, open } = dataKeys();
  await Promise.all([open('a'), open('a')]);
  assert.equal(state.requests.length, 1);
  assert.deepEqual(state.requests[0]?.input.KeyId, 'arn:key');
  await open('b');
  await open('a', { ...webhooks, purpose: 'hallmark' });
  assert.equal(state.requests.length, 3);
  state.nowMs = 60_000;
  await open('a');
  assert.equal(state.requests.length, 4);
});

test('while KMS does not answer, what is remembered goes on; later everything does', async () => {
  const { state, seal, open } = dataKeys();
  await seal();
  await open('a');
  state.failing = 'KMSInternalException';
  assert.equal(await seal(), '1');
  await open('a');
  await assert.rejects(open('b'), { name: 'StorageError', failure: 'transient' });
  state.nowMs = 60_000;
  await assert.rejects(seal(), { failure: 'transient' });
  await assert.rejects(open('a'), { failure: 'transient' });
  state.failing = '';
  await seal();
  await open('a');
});

for (const [name, failure] of [
  ['ThrottlingException', 'transient'],
  ['KeyUnavailableException', 'transient'],
  ['DependencyTimeoutException', 'transient'],
  ['KMSInvalidStateException', 'transient'],
  ['DisabledException', 'transient'],
  ['SomethingNew', 'transient'],
  ['InvalidCiphertextException', 'permanent'],
  ['IncorrectKeyException', 'permanent'],
  ['AccessDeniedException', 'permanent'],
  ['NotFoundException', 'permanent'],
] as const) {
  test(`${name} is ${failure}`, async () => {
    const { state, seal, open } = dataKeys();
    state.failing = name;
    await assert.rejects(seal(), { name: 'StorageError', failure });
    await assert.rejects(open('a'), { name: 'StorageError', failure });
  });
}
