// What was checked is what is promoted, and what was promoted is what is read, whoever writes to the buckets.
import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { S3Content } from '../../src/adapters/s3/open-content.ts';
import { s3Client } from '../../src/adapters/s3/s3-client.ts';
import { incomingKey, packageKey, printKey, quarantineKey } from '../../src/core/content/index.ts';
import { anHourLater, get, pathsOf, put, someTime } from '../support/content.ts';
import { sendForm } from '../support/content-client.ts';
import { bucketsOf, openTestContent, s3Servers } from '../support/s3-server.ts';
import { someDigest } from '../support/samples.ts';

const good = 'the bytes that were checked';
const evil = 'bytes that nobody has seen!';
const digest = someDigest(good);
const [key, target] = [incomingKey('u-1'), packageKey(digest)];
const clock = { now: () => someTime };
const served = { digest, fileName: 'a.zip', contentType: 'application/zip', versionId: 'v-1' };
const transient = { name: 'StorageError', failure: 'transient' };
const permanent = { name: 'StorageError', failure: 'permanent' };

for (const server of s3Servers) {
  for (const kind of server.bucketKinds) {
    const requireVersions = kind === 'that keeps versions';
    describe(`${server.name}, a bucket ${kind}`, { skip: server.skip }, () => {
      let under: S3Content & { readonly bucket: string };
      let stranger: S3Client;
      const opened: S3Content[] = [];
      beforeEach(async () => {
        under = await openTestContent(server, clock, { requireVersions });
        stranger = s3Client({ ...server.client, pathStyle: true, checksums: 'none' });
      });
      afterEach(async () => {
        stranger.destroy();
        for (const content of [under, ...opened.splice(0)]) await content.close();
      });

      /** Another process of the same registry: it knows nothing but what lies in the bucket. */
      async function reopen(): Promise<S3Content> {
        const again = await openTestContent(server, clock, {
          requireVersions,
          buckets: bucketsOf(under.bucket),
        });
        opened.push(again);
        return again;
      }

      /** Writes behind the registry's back. */
      const overwrite = (name: string, body: string) =>
        stranger.send(new PutObjectCommand({ Bucket: under.bucket, Key: name, Body: body }));

      async function published(): Promise<void> {
        await put(under.content, key, good);
        const { revision } = await under.content.locate(key);
        await under.content.copy(key, target, revision);
      }

      /** The bytes at the address, or why there is none. */
      async function servedBytes(content: S3Content = under): Promise<string> {
        const address = await content.serving.addressContent(target, served, anHourLater);
        return (await fetch(address)).text();
      }

      test('bytes that are exchanged after they were checked are not promoted', async () => {
        await put(under.content, key, good);
        const { revision } = await under.content.locate(key);
        await overwrite(printKey(key), evil);
        await assert.rejects(under.content.copy(key, target, revision), transient);
        await assert.rejects(under.content.copy(key, quarantineKey('v-1'), revision), transient);
        assert.deepEqual(await pathsOf(under.content, 'packages'), []);
        assert.deepEqual(await pathsOf(under.content, 'quarantine'), []);
      });

      test('a form that is sent again after the check changes nothing about what is promoted', async () => {
        const size = { minimumBytes: good.length, maximumBytes: good.length };
        const conditions = { ...size, contentType: 'application/zip' };
        const form = await under.receiving.addressForm(key, conditions, anHourLater);
        assert.equal((await sendForm(form, Buffer.from(good))).status, 204);
        const { revision } = await under.content.locate(key);
        assert.equal((await sendForm(form, Buffer.from(evil))).status, 204);
        await assert.rejects(under.content.copy(key, target, revision), transient);
        assert.equal(await under.content.stat(target), null);
      });

      test('bytes that have another digest than their key says are not promoted', async () => {
        await put(under.content, key, evil);
        await assert.rejects(under.content.copy(key, target), transient);
        assert.deepEqual(await pathsOf(under.content, 'packages'), []);
      });

      test('promoted bytes that are overwritten are never read, through any way', async () => {
        await published();
        await overwrite(printKey(target), evil);
        const reopened = await reopen();
        for (const { content, serving } of [under, reopened]) {
          const ways = [
            async () => String(await get(content, target)),
            async () => {
              const open = await content.open(target);
              const into = Buffer.alloc(open.stat.sizeBytes);
              await open.read(into, 0);
              return String(into);
            },
            async () => (await fetch(await serving.addressContent(target, served, anHourLater))).text(),
          ];
          for (const way of ways) {
            // The version that was sealed is still there, where versions are kept.
            if (requireVersions) assert.equal(await way(), good);
            else await assert.rejects(way(), permanent);
          }
        }
      });

      test('a seal that a stranger has written, or copied from other content, is worth nothing', async () => {
        await published();
        const other = someDigest('other content');
        await put(under.content, incomingKey('u-2'), 'other content');
        await under.content.copy(incomingKey('u-2'), packageKey(other));
        const answer = await overwrite(printKey(target), evil);
        const forged = {
          revision: `v:${answer.VersionId}`,
          versionId: answer.VersionId ?? null,
          sizeBytes: evil.length,
        };
        await overwrite(
          `packages/seals/${digest}`,
          JSON.stringify({ ...forged, signedBy: 'test', signature: 'x' }),
        );
        await assert.rejects(servedBytes(await reopen()), permanent);
        const CopySource = `${under.bucket}/packages/seals/${other}`;
        const Key = `packages/seals/${digest}`;
        await stranger.send(new CopyObjectCommand({ Bucket: under.bucket, Key, CopySource }));
        await assert.rejects(servedBytes(await reopen()), permanent);
      });

      test('content whose seal is lost, or that was restored as another object, is hashed and sealed anew', async () => {
        await published();
        await stranger.send(
          new DeleteObjectCommand({ Bucket: under.bucket, Key: `packages/seals/${digest}` }),
        );
        assert.equal(await servedBytes(await reopen()), good);
        await under.content.remove(target);
        await overwrite(printKey(target), good);
        assert.equal(await servedBytes(await reopen()), good);
      });

      test('publishing the same content again heals what was overwritten', async () => {
        await published();
        await overwrite(printKey(target), evil);
        await put(under.content, incomingKey('u-2'), good);
        const { revision } = await under.content.locate(incomingKey('u-2'));
        await under.content.copy(incomingKey('u-2'), target, revision);
        assert.equal(await servedBytes(await reopen()), good);
      });

      test('a reader that has begun gets the bytes that it has begun with, or none', async () => {
        await put(under.content, key, good);
        const { revision } = await under.content.locate(key);
        await under.content.copy(key, target, revision);
        const reading: Readable = await under.content.read(key);
        await overwrite(printKey(key), evil);
        const given = await text(reading).catch((error) => {
          assert.equal(error.failure, 'transient');
          return '';
        });
        assert.ok(given === good || given === '', given);
      });
    });
  }
}
