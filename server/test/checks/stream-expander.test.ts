import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { StreamExpander } from '../../src/adapters/compression/stream-expander.ts';
import type { CompressionType } from '../../src/core/checks/index.ts';
import { sourceOf } from '../support/check-bytes.ts';
import {
  compressedSamples,
  compressors,
  goodPickle,
  literalLzma,
  refusedSamples,
  sampleText,
  storedLz4,
  storedXz,
} from '../support/compressed-samples.ts';
import { seededRandom } from '../support/mutations.ts';

const expander = new StreamExpander();

/** What is handed out, and why it ended. */
async function expand(type: CompressionType, bytes: Uint8Array) {
  const pieces: Buffer[] = [];
  let fault: string | null = null;
  try {
    await expander.expand(type, sourceOf(bytes), (piece) => void pieces.push(Buffer.from(piece)));
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'CompressionError', String(error));
    fault = error.message;
  }
  return { content: Buffer.concat(pieces), fault };
}

interface Sample {
  readonly type: CompressionType;
  readonly form: string;
  readonly bytes: Buffer;
  readonly content: Buffer;
}

const large = Buffer.from(sampleText.repeat(5));
const samples: readonly Sample[] = [
  ...compressedSamples.map(({ type, form, base64 }) => ({
    type,
    form,
    bytes: Buffer.from(base64, 'base64'),
    content: Buffer.from(sampleText),
  })),
  ...Object.entries(compressors).map(([type, compress]) => ({
    type: type as CompressionType,
    form: 'a small file',
    bytes: compress(goodPickle),
    content: goodPickle,
  })),
  ...(['gzip', 'zlib', 'zstd', 'xz', 'lzma', 'lz4'] as const).flatMap((type) => [
    { type, form: 'nothing', bytes: compressors[type](Buffer.alloc(0)), content: Buffer.alloc(0) },
    { type, form: 'a large file', bytes: compressors[type](large), content: large },
  ]),
];

describe('expanding gives the content', () => {
  for (const { type, form, bytes, content } of samples) {
    test(`of ${type}: ${form}`, async () => {
      const expanded = await expand(type, bytes);
      assert.equal(expanded.fault, null);
      assert.ok(expanded.content.equals(content));
    });

    test(`of ${type}: ${form}, twice, one behind the other, filled up with zeros`, async () => {
      const expanded = await expand(type, Buffer.concat([bytes, bytes, Buffer.alloc(512)]));
      assert.equal(expanded.fault, null);
      assert.ok(expanded.content.equals(Buffer.concat([content, content])));
    });
  }
});

describe('expanding tells', () => {
  for (const { type, form, bytes, content } of samples) {
    test(`that something stands behind ${type}: ${form}`, async () => {
      const expanded = await expand(type, Buffer.concat([bytes, Buffer.from('something else')]));
      assert.notEqual(expanded.fault, null);
      // xz is told with the last piece of it.
      if (type !== 'xz') assert.ok(expanded.content.equals(content));
    });

    test(`every place at which ${type} is cut off: ${form}`, async () => {
      const step = Math.max(1, Math.floor(bytes.length / 40));
      for (let length = bytes.length - 1; length > 0; length -= step) {
        const expanded = await expand(type, bytes.subarray(0, length));
        assert.notEqual(expanded.fault, null, `at ${length} of ${bytes.length} bytes`);
        assert.ok(content.subarray(0, expanded.content.length).equals(expanded.content));
      }
    });
  }

  for (const { type, form, base64, reason } of refusedSamples) {
    test(`what ${type} asks for: ${form}`, async () => {
      assert.match((await expand(type, Buffer.from(base64, 'base64'))).fault ?? '', reason);
    });
  }

  test('what zstd asks for: a window of 128 MiB', async () => {
    // A frame that states its window, and one plain block of three bytes.
    const windowed = Buffer.from(`28b52ffd00${((27 - 10) << 3).toString(16)}190000616263`, 'hex');
    assert.match((await expand('zstd', windowed)).fault ?? '', /too much memory/);
  });

  test('a wrong check sum of gzip and of bzip2', async () => {
    const gzip = compressors.gzip(goodPickle);
    gzip.writeUInt8(gzip.readUInt8(gzip.length - 8) ^ 1, gzip.length - 8);
    assert.match((await expand('gzip', gzip)).fault ?? '', /CRC/);
    const bzip2 = compressors.bzip2(goodPickle);
    bzip2.writeUInt8(bzip2.readUInt8(10) ^ 1, 10);
    assert.match((await expand('bzip2', bzip2)).fault ?? '', /CRC/);
  });
});

test('an LZ4 block cannot refer to what is not there, nor expand beyond its limit', async () => {
  const frame = (block: number[]) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(block.length);
    return Buffer.concat([
      storedLz4(Buffer.alloc(0)).subarray(0, 7),
      size,
      Buffer.from(block),
      Buffer.alloc(4),
    ]);
  };
  const before = [0x10, 0x61, 0x02, 0x00, 0x00];
  const tooLong = [0x1f, 0x61, 0x01, 0x00, ...Array.from({ length: 300 }, () => 0xff), 0x00];
  for (const block of [before, tooLong])
    assert.match((await expand('lz4', frame(block))).fault ?? '', /broken/);
});

test('LZMA with a stated size ends there, with or without a mark, and nowhere else', async () => {
  const stated = literalLzma(goodPickle, true);
  const marked = literalLzma(goodPickle);
  marked.writeBigUInt64LE(BigInt(goodPickle.length), 5);
  for (const bytes of [stated, marked]) {
    const expanded = await expand('lzma', bytes);
    assert.deepEqual([expanded.fault, expanded.content.equals(goodPickle)], [null, true]);
  }
  for (const sizeBytes of [goodPickle.length - 1, goodPickle.length + 1]) {
    marked.writeBigUInt64LE(BigInt(sizeBytes), 5);
    assert.notEqual((await expand('lzma', marked)).fault, null, `${sizeBytes} bytes`);
  }
});

test('LZMA takes no memory for a dictionary that is only announced, and refers to nothing before its beginning', async () => {
  const announced = literalLzma(goodPickle);
  announced.writeUInt32LE(0xffff_ffff, 1);
  const before = process.memoryUsage().arrayBuffers;
  assert.equal((await expand('lzma', announced)).fault, null);
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 * 1024 * 1024);
  // A match first: its bits are all ones.
  const backwards = Buffer.concat([literalLzma(Buffer.alloc(0), true).subarray(0, 5), Buffer.alloc(8, 0xff)]);
  const ones = Buffer.concat([backwards, Buffer.of(0), Buffer.alloc(60, 0xf0)]);
  assert.match((await expand('lzma', ones)).fault ?? '', /broken/);
});

test('what xz compresses as LZMA with any settings is expanded as it was', async (t) => {
  if (spawnSync('xz', ['--version']).error !== undefined) return t.skip('There is no xz (Debian: xz-utils).');
  const draw = seededRandom(20_261_122);
  const noise = Buffer.from(Array.from({ length: 20_000 }, () => Math.floor(draw() * 256)));
  const mixed = Buffer.concat([
    large.subarray(0, 50_000),
    noise,
    large.subarray(0, 50_000),
    Buffer.alloc(100_000),
  ]);
  const settings = [
    '-0',
    '-6',
    '-9e',
    ...['lc=0,lp=4,pb=0', 'lc=4,lp=0,pb=4', 'lc=1,lp=2,pb=1,dict=4096'].map((how) => `--lzma1=${how}`),
  ];
  for (const setting of settings) {
    const { stdout } = spawnSync('xz', ['--format=lzma', '--stdout', setting], { input: mixed });
    const expanded = await expand('lzma', stdout);
    assert.deepEqual([expanded.fault, expanded.content.equals(mixed)], [null, true], setting);
  }
});

test('a frame to be skipped is skipped, whatever it holds', async () => {
  const skipped = Buffer.from('532a4d1803000000ffffff', 'hex');
  for (const type of ['zstd', 'lz4'] as const) {
    const expanded = await expand(type, Buffer.concat([skipped, compressors[type](goodPickle), skipped]));
    assert.deepEqual([expanded.fault, expanded.content.equals(goodPickle)], [null, true]);
  }
});

test('what the receiver throws ends the expanding, and the next one works', async () => {
  const stop = new RangeError('enough');
  for (const type of ['gzip', 'zlib', 'zstd', 'xz', 'lzma', 'lz4'] as const) {
    let pieces = 0;
    const throwing = () => {
      pieces += 1;
      throw stop;
    };
    await assert.rejects(expander.expand(type, sourceOf(compressors[type](large)), throwing), stop);
    assert.equal(pieces, 1);
    assert.equal((await expand(type, compressors[type](goodPickle))).fault, null);
  }
});

test('random bytes and mutations of good files neither crash nor hang the expander', async () => {
  const draw = seededRandom(20_260_214);
  const random = (below: number) => Math.floor(draw() * below);
  for (const { type, bytes } of samples.filter(({ bytes }) => bytes.length < 5_000)) {
    for (let i = 0; i < 60; i++) {
      const mutated = Buffer.from(bytes);
      for (let changes = 1 + random(3); changes > 0; changes--)
        mutated.writeUInt8(random(256), random(mutated.length));
      await expand(type, mutated);
    }
  }
  assert.equal((await expand('xz', storedXz(goodPickle))).fault, null);
});
