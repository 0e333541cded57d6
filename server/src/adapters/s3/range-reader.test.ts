import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { RangeReader } from './range-reader.ts';

const kibibyte = 1024;
const limits = { firstBytes: 4 * kibibyte, largestBytes: 64 * kibibyte, ahead: 2, keptBytes: 256 * kibibyte };

function readerOf(bytes: Uint8Array, fails: (fetch: number) => boolean = () => false) {
  const fetched: [start: number, end: number][] = [];
  let [running, mostAtOnce] = [0, 0];
  const reader = new RangeReader(
    bytes.length,
    async (start, end) => {
      fetched.push([start, end]);
      mostAtOnce = Math.max(mostAtOnce, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (fails(fetched.length)) throw new Error('the network');
      return bytes.subarray(start, end);
    },
    limits,
  );
  return { reader, fetched, mostAtOnce: () => mostAtOnce };
}

async function read(reader: RangeReader, position: number, length: number): Promise<Buffer> {
  const into = Buffer.alloc(length);
  return into.subarray(0, await reader.read(into, position));
}

test('small reads near each other cost one request', async () => {
  const bytes = randomBytes(100 * kibibyte);
  const { reader, fetched } = readerOf(bytes);
  for (let position = 50_000; position < 53_000; position += 16) {
    assert.deepEqual(await read(reader, position, 16), bytes.subarray(position, position + 16));
  }
  assert.equal(fetched.length, 1);
});

test('reading through takes ever larger requests, some of them ahead of the reader', async () => {
  const bytes = randomBytes(1_000 * kibibyte);
  const { reader, fetched, mostAtOnce } = readerOf(bytes);
  const parts: Buffer[] = [];
  for (let position = 0; position < bytes.length; position += 1_000)
    parts.push(await read(reader, position, 1_000));
  assert.ok(Buffer.concat(parts).equals(bytes));
  assert.ok(fetched.length < 25, `${fetched.length} requests`);
  assert.ok(mostAtOnce() >= 2);
  for (const [index, [start]] of fetched.entries()) assert.equal(start, fetched[index - 1]?.[1] ?? 0);
});

test('a read larger than every segment is put together of several', async () => {
  const bytes = randomBytes(500 * kibibyte);
  const { reader } = readerOf(bytes);
  assert.ok(
    (await read(reader, 1_234, 450 * kibibyte)).equals(bytes.subarray(1_234, 1_234 + 450 * kibibyte)),
  );
});

test('reads at once, at any place, each get their bytes', async () => {
  const bytes = randomBytes(300 * kibibyte);
  const { reader } = readerOf(bytes);
  const places = Array.from({ length: 60 }, (_, index) => (index * 7_919 * 13) % bytes.length);
  const found = await Promise.all(places.map((place) => read(reader, place, 5_000)));
  for (const [index, place] of places.entries()) {
    assert.ok(found[index]?.equals(bytes.subarray(place, place + 5_000)));
  }
});

test('past the end there is nothing, and no request is made for it', async () => {
  const { reader, fetched } = readerOf(randomBytes(10));
  assert.equal((await read(reader, 10, 5)).length, 0);
  assert.equal((await read(reader, 99, 5)).length, 0);
  assert.deepEqual(fetched, []);
  assert.equal((await read(reader, 8, 5)).length, 2);
});

test('a request that fails is told to who reads there, and made again for the next', async () => {
  const bytes = randomBytes(10 * kibibyte);
  const { reader } = readerOf(bytes, (fetch) => fetch === 1);
  await assert.rejects(read(reader, 0, 10), /the network/);
  assert.deepEqual(await read(reader, 0, 10), bytes.subarray(0, 10));
});
