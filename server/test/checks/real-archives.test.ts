// Archives that common programs make pass, with everything that they contain.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import yazl from 'yazl';
import { ThreadedExaminer } from '../../src/adapters/threads/threaded-examiner.ts';
import { checkFields } from '../../src/config/checks.ts';
import { readFields } from '../../src/config/fields.ts';
import { checkBytes } from '../support/check-bytes.ts';
import { zipBytes } from '../support/zip-bytes.ts';

const installed = dirname(dirname(fileURLToPath(import.meta.resolve('piscina'))));

async function zipped(
  fill: (zip: yazl.ZipFile) => void | Promise<void>,
  options?: Parameters<yazl.ZipFile['end']>[0],
) {
  const zip = new yazl.ZipFile();
  await fill(zip);
  zip.end(options);
  return buffer(zip.outputStream);
}

describe('what yazl writes passes', () => {
  const content = Buffer.from('some words\n'.repeat(100));
  const forms: Record<string, Parameters<typeof zipped>> = {
    'compressed and stored': [
      (zip) => {
        zip.addBuffer(content, 'a.txt');
        zip.addBuffer(content, 'b.txt', { compress: false });
        zip.addEmptyDirectory('folder');
      },
    ],
    'as a stream, with descriptors': [
      (zip) => {
        zip.addReadStreamLazy('a.txt', (give) => give(null, streamOf(content)));
        zip.addReadStreamLazy('b.txt', { compress: false }, (give) => give(null, streamOf(content)));
      },
    ],
    'as zip64': [
      (zip) => {
        zip.addBuffer(content, 'größe.txt', { forceZip64Format: true });
        zip.addReadStreamLazy('b.txt', { forceZip64Format: true }, (give) => give(null, streamOf(content)));
      },
      { forceZip64Format: true, comment: '' },
    ],
    'with a comment': [(zip) => zip.addBuffer(content, 'a.txt'), { forceZip64Format: false, comment: 'two' }],
  };
  for (const [form, [fill, options]] of Object.entries(forms)) {
    test(form, async () => {
      const result = await checkBytes(await zipped(fill, options));
      assert.deepEqual(result.findings, []);
      assert.equal(result.verdict, 'passed');
      for (const file of result.files) assert.equal(file.sizeBytes, content.length);
    });
  }
});

test('an npm package, zipped, is known file by file and described', async () => {
  const files = await readdir(installed, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const bytes = await zipped((zip) => {
    for (const path of paths) zip.addFile(path, join('package', relative(installed, path)));
  });
  const { results, description, files: found } = await examine(bytes);
  assert.deepEqual(
    results.map(({ check, verdict, findings }) => ({ check, verdict, findings })),
    [
      { check: 'archive', verdict: 'passed', findings: [] },
      { check: 'structure', verdict: 'passed', findings: [] },
      { check: 'formats', verdict: 'passed', findings: [] },
      { check: 'malware', verdict: 'passed', findings: [] },
      { check: 'secrets', verdict: 'passed', findings: [] },
    ],
  );
  assert.equal(found.length, paths.length);
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  assert.equal(description.summary, manifest.description);
  assert.equal(description.license, manifest.license);
  assert.ok(description.readme.length > 100);
});

test('70,000 files pass while the main thread stays responsive', async () => {
  const [content, stored] = ['some words', deflateRawSync('some words')];
  const members = Array.from({ length: 70_000 }, (_, i) => ({
    name: `folder-${i % 70}/file-${i}.txt`,
    content,
    stored,
  }));
  const bytes = zipBytes(members, { zip64: {} });
  const bursts = measureBursts();
  const { results, files } = await examine(bytes);
  const longestMs = bursts.end();
  assert.deepEqual(results[0]?.findings, []);
  assert.equal(results[0]?.verdict, 'passed');
  assert.equal(files.length, 70_000);
  assert.ok(longestMs < 300, `the main thread has computed for ${longestMs} ms on end`);
});

async function examine(bytes: Uint8Array) {
  const settings = readFields(checkFields, {}, []);
  const thread = new URL('../../src/check-thread.ts', import.meta.url);
  const examiner = new ThreadedExaminer(thread, settings, settings);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const content = { store: 'memory', bytes: shared, sizeBytes: bytes.length, revision: '1' } as const;
  try {
    return await examiner.examine(content, { kind: 'code', fileName: 'a.zip' }, new AbortController().signal);
  } finally {
    await examiner.close();
  }
}

/** The longest that the main thread has computed without a pause, whatever else the machine is busy with. */
function measureBursts(): { end(): number } {
  let cpu = process.threadCpuUsage();
  let longestMs = 0;
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(cpu);
    longestMs = Math.max(longestMs, (user + system) / 1000);
    cpu = process.threadCpuUsage();
  }, 10);
  return {
    end: () => {
      clearInterval(timer);
      return longestMs;
    },
  };
}

async function* chunks(content: Buffer) {
  yield content.subarray(0, 10);
  yield content.subarray(10);
}

function streamOf(content: Buffer) {
  return Readable.from(chunks(content));
}
