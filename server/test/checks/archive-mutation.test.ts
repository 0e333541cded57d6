// Whatever happens to the bytes of a good archive: the check ends, and passes only what unpacks to the same files.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { memberStream } from '../../src/core/checks/index.ts';
import { checkBytes } from '../support/check-bytes.ts';
import { mutate, nearEnd, seededRandom } from '../support/mutations.ts';
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
  const random = seededRandom(20_260_131);
  const verdicts = { passed: 0, failed: 0, inconclusive: 0 };
  for (let i = 0; i < 4_000; i++) {
    const mutated = mutate(good, random, nearEnd);
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
