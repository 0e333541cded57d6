// Whatever happens to the bytes of a good archive: the check ends, and passes only what unpacks to the same files.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { memberStream } from '../../src/core/checks/index.ts';
import { checkBytes } from '../support/check-bytes.ts';
import { zipBytes } from '../support/zip-bytes.ts';

const words = 'words and words and words again\n'.repeat(20);
const good = zipBytes(
  [
    { name: 'package/', mode: 0o040755 },
    { name: 'package/README.md', content: `# Title\n${words}`, mode: 0o100644 },
    { name: 'package/stored.bin', content: Buffer.from(words.slice(0, 99)), method: 0 },
    { name: 'package/größe.txt', content: words, descriptor: true },
    { name: 'package/empty' },
  ],
  { comment: 'made for a test', zip64: {} },
);

test('thousands of random mutations neither crash nor hang the check, nor pass with other content', async () => {
  const expected = await contents(good);
  const random = generator(20_260_131);
  const verdicts = { passed: 0, failed: 0, inconclusive: 0 };
  for (let i = 0; i < 4_000; i++) {
    const mutated = mutate(good, random);
    const { verdict } = await checkBytes(mutated);
    verdicts[verdict] += 1;
    if (verdict === 'passed') assert.deepEqual(await contents(mutated), expected, `mutation ${i}`);
  }
  assert.ok(verdicts.failed > 2_000, JSON.stringify(verdicts));
  assert.ok(verdicts.passed > 0, 'no mutation was harmless, so that none could show that nothing is lost');
});

test('every single truncation fails', async () => {
  for (let length = 0; length < good.length; length++) {
    const { verdict } = await checkBytes(good.subarray(0, length));
    assert.equal(verdict, 'failed', `at ${length} bytes`);
  }
});

test('one flipped bit anywhere in the content of a file fails', async () => {
  const { files } = await checkBytes(good);
  for (const { offset, storedBytes } of files) {
    for (let at = offset; at < offset + storedBytes; at += 7) {
      const flipped = Buffer.from(good);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at);
      assert.equal((await checkBytes(flipped)).verdict, 'failed', `at ${at}`);
    }
  }
});

async function contents(bytes: Buffer): Promise<Record<string, string>> {
  const { files } = await checkBytes(bytes);
  const read = async (range: { start: number; end: number }) =>
    Readable.from([bytes.subarray(range.start, range.end)]);
  const entries = files.map(async (file) => {
    const content = await buffer(await memberStream(read, file));
    return [file.path, content.toString('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Numbers from 0 up to, not including, 1; the same ones for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Bits flipped, bytes overwritten, ranges removed, doubled or exchanged; near the end, where the structure is, more often. */
function mutate(bytes: Buffer, random: () => number): Buffer {
  const result = Buffer.from(bytes);
  const at = () => {
    const tail = random() < 0.5 ? 0.6 : 0;
    return Math.floor((tail + random() * (1 - tail)) * result.length);
  };
  const from = at();
  const length = 1 + Math.floor(random() * 40);
  const part = result.subarray(from, from + length);
  const to = at();
  switch (Math.floor(random() * 6)) {
    case 0:
      result.writeUInt8(result.readUInt8(from) ^ (1 << Math.floor(random() * 8)), from);
      return result;
    case 1:
      result.writeUInt8(Math.floor(random() * 256), from);
      return result;
    case 2:
      return Buffer.concat([result.subarray(0, from), result.subarray(from + length)]);
    case 3:
      return Buffer.concat([result.subarray(0, to), part, result.subarray(to)]);
    case 4:
      part.fill(random() < 0.5 ? 0xff : 0);
      return result;
    default:
      part.copy(result, to);
      return result;
  }
}
