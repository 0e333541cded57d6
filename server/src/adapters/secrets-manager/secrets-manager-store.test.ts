import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type AwsAnswer, type AwsRequest, answering } from '../../../test/support/fake-aws.ts';
import { awsSettings, skip } from '../../../test/support/moto-server.ts';
import { openSecretsManager } from './open-secrets-manager.ts';

const settings = { prefix: 'assay/', kmsKeyId: '', refreshMs: 60_000 };
const open = (answer: (request: AwsRequest) => AwsAnswer, maxAttempts = 1) =>
  openSecretsManager(answering(answer, { maxAttempts }), settings);

for (const [name, failure] of [
  ['ThrottlingException', 'transient'],
  ['InternalServiceError', 'transient'],
  ['ExpiredTokenException', 'transient'],
  ['SomethingNew', 'transient'],
  ['AccessDeniedException', 'permanent'],
  ['DecryptionFailure', 'permanent'],
  ['InvalidRequestException', 'permanent'],
] as const) {
  test(`${name} is ${failure}, and no secret is taken to be missing`, async () => {
    const store = open(() => ({ error: name }));
    const failed = { name: 'StorageError', failure };
    await assert.rejects(store.read('key'), failed);
    await assert.rejects(store.create('key', 'text'), failed);
    await assert.rejects(store.replace('key', 'text', randomUUID()), failed);
  });
}

test('a lost connection is transient', async () => {
  await assert.rejects(open(() => ({ lost: true })).read('key'), { failure: 'transient' });
});

test('throttling is waited out', async () => {
  let asked = 0;
  const store = open(
    () =>
      ++asked < 3
        ? { error: 'ThrottlingException' }
        : { output: { SecretString: 'text', VersionId: 'version' } },
    3,
  );
  assert.deepEqual(await store.read('key'), { text: 'text', version: 'version' });
});

test('a replacement whose answer was lost is told as made', async () => {
  let current: string = randomUUID();
  let moves = 0;
  const store = open(({ operation, input }) => {
    if (operation === 'PutSecretValue') return { output: {} };
    if (operation === 'GetSecretValue') return { output: { SecretString: 'text', VersionId: current } };
    moves++;
    if (input.RemoveFromVersionId !== current) return { error: 'InvalidParameterException' };
    current = String(input.MoveToVersionId);
    return { lost: true };
  }, 2);
  assert.equal(await store.replace('key', 'text', current), true);
  assert.equal(moves, 2);
});

test('a secret that holds bytes is told, not overwritten', async () => {
  const store = open(({ operation }) => {
    assert.equal(operation, 'GetSecretValue');
    return { output: { SecretBinary: 'AAAA', VersionId: randomUUID() } };
  });
  await assert.rejects(store.read('key'), { failure: 'permanent', message: /assay\/key holds no text/ });
});

describe('in the emulator', { skip }, () => {
  const client = new SecretsManagerClient(awsSettings);
  const own = () => {
    const prefix = `${randomUUID()}/`;
    return { store: openSecretsManager(awsSettings, { ...settings, prefix }), id: `${prefix}key` };
  };

  test('a secret that was made without a value gets one from the first of those who need it', async () => {
    const { store, id } = own();
    await client.send(new CreateSecretCommand({ Name: id }));
    assert.equal(await store.read('key'), null);
    const created = await Promise.all(['a', 'b', 'c'].map((text) => store.create('key', text)));
    for (const secret of created) assert.deepEqual(secret, created[0]);
  });

  test('what a person has put there meanwhile is seen, and not overwritten', async () => {
    const { store, id } = own();
    const { version } = await store.create('key', 'ours');
    await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: 'theirs' }));
    assert.equal(await store.replace('key', 'newer', version), false);
    assert.equal((await store.read('key'))?.text, 'theirs');
  });

  test('a secret that is marked for deletion is a permanent failure, and no missing one', async () => {
    const { store, id } = own();
    await store.create('key', 'ours');
    await client.send(new DeleteSecretCommand({ SecretId: id }));
    await assert.rejects(store.read('key'), { failure: 'permanent' });
    await assert.rejects(store.create('key', 'newer'), { failure: 'permanent' });
  });
});
