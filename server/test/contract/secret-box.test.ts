import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  KMSClient,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { openKms } from '../../src/adapters/kms/open-kms.ts';
import { MemorySecretStore } from '../../src/adapters/memory/secret-store.ts';
import { KeyedSecretBox, type SecretBox } from '../../src/core/events/index.ts';
import { awsSettings, skip } from '../support/moto-server.ts';
import { randomness } from '../support/samples.ts';

const permanent = { name: 'StorageError', failure: 'permanent' };

/** `open` opens a box as another process, or a restart, would. */
function contract(open: () => Promise<SecretBox>): void {
  test('what was sealed opens in every process, and does not show the secret', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    const secrets = ['', 'whsec_geheim', 'ü🔑'.repeat(1_000)];
    for (const secret of secrets) {
      const sealed = await one.seal(secret, 'webhook 1');
      assert.ok(secret === '' || !sealed.includes(secret));
      assert.ok(!Buffer.from(sealed.split('.').at(-1) ?? '', 'base64url').includes('geheim'));
      assert.equal(await one.open(sealed, 'webhook 1'), secret);
      assert.equal(await other.open(sealed, 'webhook 1'), secret);
    }
  });

  test('the same secret is never sealed alike', async () => {
    const box = await open();
    const sealed = await Promise.all(Array.from({ length: 50 }, () => box.seal('secret', 'webhook 1')));
    assert.equal(new Set(sealed).size, 50);
  });

  test('a secret opens for its own purpose only', async () => {
    const box = await open();
    const sealed = await box.seal('secret', 'webhook 1');
    for (const purpose of ['webhook 2', 'hallmark 1', 'webhook', '']) {
      await assert.rejects(box.open(sealed, purpose), permanent);
    }
  });

  test('what was changed anywhere, or is no sealed text, opens nothing', async () => {
    const box = await open();
    const sealed = await box.seal('secret', 'webhook 1');
    const parts = sealed.split('.');
    for (const [i, part] of parts.entries()) {
      // In the middle: the last character of base64url may carry bits that mean nothing.
      const at = Math.floor(part.length / 2);
      const other = part[at] === 'A' ? 'B' : 'A';
      const changed = parts.with(i, part.slice(0, at) + other + part.slice(at + 1));
      await assert.rejects(box.open(changed.join('.'), 'webhook 1'), permanent, `part ${i}`);
      await assert.rejects(box.open(parts.toSpliced(i, 1).join('.'), 'webhook 1'), permanent, `no part ${i}`);
    }
    for (const text of ['', 'secret', 'v1', 'v1...', 'k1....', `${sealed}.AAAA`]) {
      await assert.rejects(box.open(text, 'webhook 1'), permanent, text);
    }
  });
}

describe('SecretBox with a key among the secrets', () => {
  const secrets = new MemorySecretStore();
  contract(() => KeyedSecretBox.open({ secrets, randomness }));

  test('opens nothing with another key', async () => {
    const sealed = await (await KeyedSecretBox.open({ secrets, randomness })).seal('secret', 'webhook 1');
    const other = await KeyedSecretBox.open({ secrets: new MemorySecretStore(), randomness });
    await assert.rejects(other.open(sealed, 'webhook 1'), permanent);
  });

  test('does not begin with what is no key', async () => {
    const damaged = new MemorySecretStore();
    await damaged.create('webhook-key', 'c2hvcnQ');
    await assert.rejects(KeyedSecretBox.open({ secrets: damaged, randomness }), /webhook-key/);
    assert.equal((await damaged.read('webhook-key'))?.text, 'c2hvcnQ');
  });
});

describe('SecretBox with data keys of KMS', { skip }, () => {
  const client = new KMSClient(awsSettings);
  const newKey = async () => (await client.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '';
  let alias: string;
  before(async () => {
    alias = `alias/assay-${randomness.id()}`;
    await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: await newKey() }));
  });
  const open = () => openKms(awsSettings, { kmsKey: alias, lifetimeMs: 60_000, uses: 20 }).secretBox;
  contract(async () => open());

  test('what was sealed before the alias was given to another key still opens', async () => {
    const sealed = await open().seal('secret', 'webhook 1');
    await client.send(new UpdateAliasCommand({ AliasName: alias, TargetKeyId: await newKey() }));
    const newer = await open().seal('newer', 'webhook 2');
    assert.notEqual(newer.split('.')[1], sealed.split('.')[1]);
    assert.equal(await open().open(sealed, 'webhook 1'), 'secret');
    assert.equal(await open().open(newer, 'webhook 2'), 'newer');
  });

  test('a data key cannot be used for another purpose, whoever asks KMS', async () => {
    const sealed = await open().seal('secret', 'webhook 1');
    const encrypted = Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
    const decrypt = (purpose: string) =>
      client.send(
        new DecryptCommand({
          CiphertextBlob: encrypted,
          EncryptionContext: { application: 'assay', purpose },
        }),
      );
    await decrypt('webhook');
    await assert.rejects(decrypt('hallmark'));
  });

  test('the probe tells whether the key can be used', async () => {
    const kmsKey = await newKey();
    const { probe } = openKms(awsSettings, { kmsKey, lifetimeMs: 1_000, uses: 1 });
    await probe();
    await client.send(new DisableKeyCommand({ KeyId: kmsKey }));
    await assert.rejects(probe(), /Disabled/);
  });
});
