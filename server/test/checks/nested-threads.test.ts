// What lies in files, as check threads see it: on disk, and with everything that can end a thread.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ThreadedExaminer } from '../../src/adapters/threads/threaded-examiner.ts';
import { checkFields } from '../../src/config/checks.ts';
import { readFields } from '../../src/config/fields.ts';
import type { ContentLocation } from '../../src/core/content/index.ts';
import { badPickle, goodPickle } from '../support/compressed-samples.ts';
import { tarBytes } from '../support/tar-bytes.ts';
import { zipBytes } from '../support/zip-bytes.ts';

const settings = readFields(checkFields, {}, []);
const about = { kind: 'model', fileName: 'sample.zip' } as const;
const never = new AbortController().signal;
const thread = new URL('../../src/check-thread.ts', import.meta.url);

function located(bytes: Uint8Array): ContentLocation {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return { store: 'memory', bytes: shared, sizeBytes: bytes.length, revision: '1' };
}

const packed = (content: Buffer) =>
  located(
    zipBytes([
      { name: 'README.md', content: '# Sample' },
      { name: 'model.tgz', content: gzipSync(tarBytes([{ name: 'model.pkl', content }])) },
    ]),
  );

describe('in threads with a scratch folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-scratch-'));
  const scratch = { folder, maximumBytes: 100_000 };
  const examiner = new ThreadedExaminer(thread, settings, settings, { scratch });
  after(async () => {
    await examiner.close();
    rmSync(folder, { recursive: true });
  });

  const formatsOf = async (content: ContentLocation) => {
    const { results } = await examiner.examine(content, about, never);
    assert.deepEqual(readdirSync(folder), []);
    return results.find(({ check }) => check === 'formats');
  };

  test('a bad pickle in a tar in gzip fails, with the path to it', async () => {
    const formats = await formatsOf(packed(badPickle));
    assert.equal(formats?.verdict, 'failed');
    const finding = formats.findings.find(({ rule }) => rule === 'pickle.dangerous-global');
    assert.equal(finding?.path, 'model.tgz!/model.tar!/model.pkl');
  });

  test('a good one passes, and its bytes count on every level', async () => {
    const formats = await formatsOf(packed(goodPickle));
    assert.equal(formats?.verdict, 'passed');
    assert.ok((formats.coverage.bytesInAll ?? 0) > 1024 + goodPickle.length);
  });

  test('what takes more than the scratch space is inconclusive', async () => {
    const formats = await formatsOf(packed(Buffer.alloc(100_000, 'some text')));
    assert.equal(formats?.verdict, 'inconclusive');
    assert.match(formats.reason ?? '', /scratch space/);
  });

  test('the limits of all that lies in a package hold over all threads together', async () => {
    const given = { ...settings, maximumRatio: 10_000, maximumExpandedBytes: 3_000_000 };
    const limited = new ThreadedExaminer(thread, settings, given, {
      scratch: { folder, maximumBytes: 10 ** 7 },
    });
    const bomb = (parts: number) =>
      located(
        zipBytes(
          Array.from({ length: parts }, (_, i) => ({
            name: `${i}.gz`,
            content: gzipSync(Buffer.alloc(900_000, `text ${i}`), { level: 1 }),
            method: 0,
          })),
        ),
      );
    try {
      const good = await limited.examine(bomb(3), about, never);
      assert.equal(good.results[0]?.verdict, 'passed');
      const bad = await limited.examine(bomb(4), about, never);
      assert.deepEqual(
        bad.results[0]?.findings.map(({ rule }) => rule),
        ['archive.too-large'],
      );
    } finally {
      await limited.close();
    }
  });

  test('an abort in the middle leaves nothing behind', async () => {
    const abort = new AbortController();
    const large = packed(Buffer.alloc(30_000_000, 'some text, '));
    const roomy = new ThreadedExaminer(
      thread,
      settings,
      { ...settings, maximumRatio: 10_000 },
      { scratch: { folder, maximumBytes: 10 ** 9 } },
    );
    const running = assert.rejects(roomy.examine(large, about, abort.signal), /stopping/);
    setTimeout(() => abort.abort(new Error('stopping')), 100);
    await running;
    await roomy.close();
    assert.deepEqual(readdirSync(folder), []);
  });
});
