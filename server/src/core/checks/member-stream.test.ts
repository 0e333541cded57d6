import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import type { ByteRange } from '../content/index.ts';
import type { PackageFile } from './check.ts';
import { memberStream } from './member-stream.ts';

const words = 'one two three four five';
const deflated = deflateRawSync(words);
const archive = Buffer.concat([Buffer.from('before'), Buffer.from(words), deflated, Buffer.from('behind')]);
const read = async ({ start, end }: ByteRange) => Readable.from([archive.subarray(start, end)]);

const common = { path: 'a.txt', sizeBytes: words.length, crc32: 0, digest: '' };
const stored: PackageFile = { ...common, method: 'stored', offset: 6, storedBytes: words.length };
const compressed: PackageFile = {
  ...common,
  method: 'deflate',
  offset: 6 + words.length,
  storedBytes: deflated.length,
};

test('a stored and a compressed file stream the same content', async () => {
  assert.equal(await text(await memberStream(read, stored)), words);
  assert.equal(await text(await memberStream(read, compressed)), words);
});

test('a range of a stored file streams exactly those bytes', async () => {
  assert.equal(await text(await memberStream(read, stored, { start: 4, end: 7 })), 'two');
  assert.equal(await text(await memberStream(read, stored, { start: 4, end: 4 })), '');
});

test('an empty file reads nothing', async () => {
  const unread = () => Promise.reject(new Error('read'));
  assert.equal(await text(await memberStream(unread, { ...stored, sizeBytes: 0, storedBytes: 0 })), '');
  assert.equal(await text(await memberStream(unread, { ...compressed, sizeBytes: 0 })), '');
});

test('a range of a compressed file is refused, and so is one outside the file', async () => {
  const compressedRange = memberStream(read, compressed, { start: 0, end: 1 });
  await assert.rejects(compressedRange, { code: 'file-not-readable' });
  for (const range of [
    { start: 0, end: words.length + 1 },
    { start: -1, end: 2 },
    { start: 3, end: 2 },
  ])
    await assert.rejects(memberStream(read, stored, range), { code: 'range-not-satisfiable' });
});

test('an error of the store reaches who reads the content', async () => {
  const failing = async () =>
    new Readable({
      read() {
        this.destroy(new Error('the store does not answer'));
      },
    });
  const stream = await memberStream(failing, compressed);
  await assert.rejects(text(stream), /the store does not answer/);
});

test('destroying the content ends the reading of the store', async () => {
  const source = new Readable({ read() {} });
  const stream = await memberStream(async () => source, compressed);
  stream.destroy();
  await new Promise((resolve) => source.once('close', resolve));
  assert.ok(source.destroyed);
});
