// Whatever happens to the bytes of archives inside a package: the check ends, releases what it took, and what was bad
// does not pass.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { checkBytes } from '../support/check-bytes.ts';
import { badPickle, compressors, goodPickle, storedLz4, storedXz } from '../support/compressed-samples.ts';
import { mutate, seededRandom } from '../support/mutations.ts';
import { tarBytes } from '../support/tar-bytes.ts';
import { zipBytes } from '../support/zip-bytes.ts';

const words = 'words and words and words again\n'.repeat(20);

const nests: Readonly<Record<string, (content: Buffer) => Buffer>> = {
  'a zip': (content) =>
    zipBytes([
      { name: 'a.txt', content: words },
      { name: 'model/data.pkl', content, method: 0 },
    ]),
  'a tar': (content) =>
    tarBytes([
      { name: 'a.txt', content: words },
      { name: 'b.pkl', content },
    ]),
  'a tar in gzip': (content) =>
    gzipSync(
      tarBytes([
        { name: 'b.pkl', content },
        { name: 'a.txt', content: words },
      ]),
    ),
  bzip2: (content) => compressors.bzip2(content),
  'a zip in xz': (content) => storedXz(zipBytes([{ name: 'b.pkl', content }])),
  'a tar in lz4': (content) => storedLz4(tarBytes([{ name: 'b.pkl', content }])),
  lzma: (content) => compressors.lzma(content),
  zstd: (content) => compressors.zstd(content),
  zlib: (content) => compressors.zlib(content),
};

/** What programs get out of a file, if anything. */
const expanders = [gunzipSync, inflateSync, zstdDecompressSync].map((expand) => (bytes: Buffer) => {
  try {
    return Buffer.from(expand(bytes));
  } catch {
    return Buffer.alloc(0);
  }
});

const around = (content: Buffer) =>
  zipBytes([
    { name: 'README.md', content: '# x' },
    { name: 'inner', content, method: 0 },
  ]);

describe('mutations of what lies in a package neither crash nor hang the check:', () => {
  for (const [name, nest] of Object.entries(nests)) {
    test(name, async () => {
      const random = seededRandom(20_260_301);
      const good = nest(goodPickle);
      const seen = new Set<string>();
      for (let i = 0; i < 400; i++) {
        const { verdict, formats } = await checkBytes(around(mutate(good, random)));
        seen.add(`${verdict} ${formats.verdict}`);
      }
      assert.ok(seen.size > 1, 'no mutation made a difference');
    });
  }
});

describe('a mutation that leaves the bad file whole does not make it pass:', () => {
  for (const [name, nest] of Object.entries(nests)) {
    test(name, async () => {
      const random = seededRandom(20_260_302);
      const bad = nest(badPickle);
      let passed = 0;
      for (let i = 0; i < 400; i++) {
        const mutated = mutate(bad, random);
        const { verdict, formats } = await checkBytes(around(mutated));
        if (verdict !== 'passed' || formats.verdict !== 'passed') continue;
        passed += 1;
        // Only where nothing is left that a loader would take for the container, or for the pickle.
        assert.ok(!mutated.includes(badPickle), `mutation ${i}`);
        for (const expand of expanders) assert.ok(!expand(mutated).includes(badPickle), `mutation ${i}`);
      }
      assert.ok(passed < 400);
    });
  }
});
