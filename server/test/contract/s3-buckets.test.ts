// What a registry asks of its buckets when it starts, and that objects are encrypted as it was told.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { testEncryptionKey } from '../../../tools/test-servers/ceph.ts';
import { s3Client } from '../../src/adapters/s3/s3-client.ts';
import { incomingKey, packageKey, printKey } from '../../src/core/content/index.ts';
import { anHourLater, get, put, someTime } from '../support/content.ts';
import { putPart, sendForm } from '../support/content-client.ts';
import { bucketsOf, openTestContent, type S3Server, s3Servers } from '../support/s3-server.ts';
import { randomness, someDigest } from '../support/samples.ts';

const clock = { now: () => someTime };
const inSeconds = (seconds: number) => new Date(someTime.getTime() + seconds * 1_000);
const mebibyte = 1024 * 1024;
const key = incomingKey('u-1');

for (const server of s3Servers) {
  describe(server.name, { skip: server.skip }, () => {
    test('buckets that are missing are named, and made only when that is wanted', async () => {
      const buckets = bucketsOf('assay-nowhere');
      const opening = openTestContent(server, clock, { buckets, createBuckets: false });
      await assert.rejects(opening, { failure: 'permanent', message: /bucket assay-nowhere/i });
    });

    test('a bucket without versions is refused where they are required', async () => {
      const bucket = `assay-plain-${randomness.bytes(6).toString('hex')}`;
      const client = s3Client({ ...server.client, pathStyle: true, checksums: 'none' });
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      client.destroy();
      const buckets = bucketsOf(bucket);
      await assert.rejects(openTestContent(server, clock, { buckets, createBuckets: false }), {
        failure: 'permanent',
        message: /keeps no versions/,
      });
      await (await openTestContent(server, clock, { buckets, requireVersions: false })).close();
    });

    test('wrong credentials and a server that is not there are told when it starts', async () => {
      const wrong = {
        ...server.client,
        credentials: async () => ({ accessKeyId: 'x', secretAccessKey: 'y' }),
      };
      await assert.rejects(openTestContent({ ...server, client: wrong }, clock), { failure: 'permanent' });
      const nowhere = { ...server.client, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 };
      await assert.rejects(openTestContent({ ...server, client: nowhere }, clock), { failure: 'transient' });
    });

    test('areas may have buckets of their own', async () => {
      const drawn = randomness.bytes(6).toString('hex');
      const buckets = {
        ...bucketsOf(`assay-rest-${drawn}`),
        incoming: `assay-in-${drawn}`,
        packages: `assay-out-${drawn}`,
      };
      const { content, close } = await openTestContent(server, clock, { buckets });
      const { revision } = await put(content, key, 'content');
      const target = packageKey(someDigest('content'));
      await content.copy(key, target, revision);
      assert.equal(String(await get(content, target)), 'content');
      await close();
    });

    test('a large stream that breaks off leaves nothing behind', async () => {
      const { content, receiving, close } = await openTestContent(server, clock);
      const failure = new Error('cable pulled');
      const failing = Readable.from(
        (async function* () {
          for (let part = 0; part < 13; part++) yield Buffer.alloc(mebibyte);
          throw failure;
        })(),
      );
      await assert.rejects(content.write(key, failing), (error) => error === failure);
      assert.equal(await content.stat(key), null);
      assert.deepEqual(await Array.fromAsync(receiving.listSessions()), []);
      await close();
    });

    if (server.sessionTimes) {
      test('a session tells when it began', async () => {
        const { receiving, close } = await openTestContent(server, clock);
        await receiving.begin(key, mebibyte, mebibyte);
        const [session] = await Array.fromAsync(receiving.listSessions());
        assert.ok(Math.abs((session?.beganAt.getTime() ?? 0) - Date.now()) < 60_000);
        await close();
      });
    }

    test('addresses begin with the public endpoint', async () => {
      const publicEndpoint = 'http://s3.example.test:9';
      const { receiving, close } = await openTestContent(server, clock, { publicEndpoint });
      const size = { minimumBytes: 1, maximumBytes: 1, contentType: 'application/zip' };
      assert.match(
        (await receiving.addressForm(key, size, anHourLater)).url,
        /^http:\/\/s3\.example\.test:9\//,
      );
      const handle = await receiving.begin(key, mebibyte, mebibyte);
      const part = { partNumber: 1, offset: 0, sizeBytes: mebibyte };
      assert.match(
        (await receiving.addressPart(key, handle, part, anHourLater)).url,
        /^http:\/\/s3\.example\.test:9\//,
      );
      await close();
    });

    test('addresses stop when they expire', async () => {
      const { receiving, serving, content, close } = await openTestContent(server, clock);
      const target = packageKey(someDigest('content'));
      await put(content, target, 'content');
      const served = { digest: someDigest('content'), fileName: 'a', contentType: 'a/b', versionId: 'v' };
      const size = { minimumBytes: 1, maximumBytes: 9, contentType: 'application/zip' };
      const url = await serving.addressContent(target, served, inSeconds(1));
      const form = await receiving.addressForm(key, size, inSeconds(1));
      const handle = await receiving.begin(key, 4, mebibyte);
      const part = await receiving.addressPart(
        key,
        handle,
        { partNumber: 1, offset: 0, sizeBytes: 4 },
        inSeconds(1),
      );
      for (const ask of [
        () => fetch(url),
        () => sendForm(form, Buffer.from('late')),
        () => putPart(part.url, Buffer.from('late')),
      ]) {
        for (let status = 0; status !== 403; await pause(200)) {
          const answer = await ask();
          await answer.bytes();
          status = answer.status;
        }
      }
      await close();
    });

    if (!server.encrypts) {
      test('encryption that the server does not do is refused', async () => {
        const opening = openTestContent(server, clock, { encryption: { by: 's3' } });
        await assert.rejects(opening, { failure: 'permanent', message: /does not encrypt by AES256/ });
      });
    }

    test('with a key, everything that is written is encrypted with it, whichever way it came', async () => {
      await assertEncrypted(server);
    });
  });
}

async function assertEncrypted(server: S3Server): Promise<void> {
  const encryption = { by: 'kms', keyId: testEncryptionKey } as const;
  const { content, receiving, close, bucket } = await openTestContent(server, clock, { encryption });
  const client = s3Client({ ...server.client, pathStyle: true, checksums: 'none' });
  const bytes = randomness.bytes(13_000_000);
  const target = packageKey(someDigest(bytes));
  const [byForm, byParts] = [incomingKey('u-2'), incomingKey('u-3')];
  await put(content, key, bytes);
  await content.copy(key, target);
  const size = { minimumBytes: 1, maximumBytes: 9, contentType: 'application/zip' };
  assert.equal(
    (await sendForm(await receiving.addressForm(byForm, size, anHourLater), Buffer.from('form'))).status,
    204,
  );
  const handle = await receiving.begin(byParts, 5, mebibyte);
  const part = await receiving.addressPart(
    byParts,
    handle,
    { partNumber: 1, offset: 0, sizeBytes: 5 },
    anHourLater,
  );
  assert.equal((await putPart(part.url, Buffer.from('parts'))).status, 200);
  await receiving.join(byParts, handle, await receiving.listParts(byParts, handle));
  for (const one of [key, target, byForm, byParts]) {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: printKey(one) }));
    assert.equal(head.ServerSideEncryption, 'aws:kms', printKey(one));
    assert.match(head.SSEKMSKeyId ?? '', new RegExp(`${testEncryptionKey}$`));
  }
  assert.ok(bytes.equals(await get(content, target)));
  assert.equal(String(await get(content, byForm)), 'form');
  client.destroy();
  await close();
}
