import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { ThreadedExaminer } from '../../src/adapters/threads/threaded-examiner.ts';
import { checkFields } from '../../src/config/checks.ts';
import { readFields } from '../../src/config/fields.ts';
import type { Examination } from '../../src/core/checks/index.ts';
import type { ContentLocation } from '../../src/core/content/index.ts';
import { StorageError } from '../../src/core/errors.ts';
import { type Fault, faultMarker } from '../support/failing-check-thread.ts';
import { zipBytes } from '../support/zip-bytes.ts';

const settings = {
  ...readFields(checkFields, {}, []),
  timeLimitMs: 2_000,
  timeLimitPerGibMs: 0,
  threadMemoryMiB: 48,
};
const about = { kind: 'code', fileName: 'sample.zip' } as const;
const never = new AbortController().signal;
const thread = new URL('../../src/check-thread.ts', import.meta.url);
const failingThread = new URL('../support/failing-check-thread.ts', import.meta.url);

function located(bytes: Uint8Array): ContentLocation {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return { store: 'memory', bytes: shared, sizeBytes: bytes.length, revision: '1' };
}

const packageJson = { name: 'package.json', content: '{"description":"A sample","license":"MIT"}' };

function samplePackage(marker = ''): Buffer {
  const source = { name: 'a.ts', content: `export {}; ${marker}`, method: 0 };
  return zipBytes([packageJson, { name: 'README.md', content: '# Sample' }, source]);
}

function verdicts({ results }: Examination): Record<string, string> {
  return Object.fromEntries(results.map(({ check, verdict }) => [check, verdict]));
}

describe('an examination', () => {
  const examiner = new ThreadedExaminer(thread, settings, settings);
  after(() => examiner.close());

  test('of a good package passes every check and knows every file, in the order of the archive', async () => {
    const bytes = samplePackage();
    const examination = await examiner.examine(located(bytes), about, never);
    assert.deepEqual(verdicts(examination), {
      archive: 'passed',
      structure: 'passed',
      formats: 'passed',
      malware: 'passed',
      secrets: 'passed',
    });
    assert.equal(examination.digest, sha256(bytes));
    assert.deepEqual(
      examination.files.map(({ path, method, digest }) => ({ path, method, digest })),
      [
        { path: 'package.json', method: 'deflate', digest: sha256(packageJson.content) },
        { path: 'README.md', method: 'deflate', digest: sha256('# Sample') },
        { path: 'a.ts', method: 'stored', digest: sha256('export {}; ') },
      ],
    );
    assert.deepEqual(examination.description, { readme: '# Sample', summary: 'A sample', license: 'MIT' });
    assert.deepEqual(examination.results[0]?.coverage, {
      bytesLookedAt: bytes.length,
      bytesInAll: bytes.length,
    });
  });

  test('of a bad package fails with the rule, and the digest is known nevertheless', async () => {
    const bytes = zipBytes([{ name: '../a', content: 'x' }]);
    const examination = await examiner.examine(located(bytes), about, never);
    assert.equal(verdicts(examination).archive, 'failed');
    assert.deepEqual(
      examination.results[0]?.findings.map((finding) => finding.rule),
      ['archive.unsafe-path'],
    );
    assert.equal(examination.digest, sha256(bytes));
  });

  test('tells the same of 3,000 files in many batches every time', async () => {
    const members = Array.from({ length: 3_000 }, (_, i) => ({
      name: `f/${i}`,
      content: `${i}`,
      ...(i % 100 === 7 && { crc32: 7 }),
    }));
    const content = located(zipBytes(members));
    const [first, second] = await Promise.all([1, 2].map(() => examiner.examine(content, about, never)));
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(first.files.length, 2_970);
    assert.deepEqual(first.files, second.files);
    assert.deepEqual(first.results[0]?.findings, second.results[0]?.findings);
    assert.equal(first.results[0]?.findings[0]?.path, 'f/7');
  });

  test('of content that the store does not have is a storage error, not a verdict', async () => {
    const missing = { store: 'file', path: '/nowhere/to/be/found', sizeBytes: 5, revision: '1' } as const;
    await assert.rejects(examiner.examine(missing, about, never), StorageError);
  });

  test('that was aborted before it began rejects', async () => {
    const reason = new Error('stopping');
    await assert.rejects(
      examiner.examine(located(samplePackage()), about, AbortSignal.abort(reason)),
      reason,
    );
  });
});

describe('when a thread', () => {
  const examiner = new ThreadedExaminer(failingThread, settings, settings);
  after(() => examiner.close());

  const reasons: Record<Exclude<Fault, 'unreadable'>, RegExp> = {
    throw: /crashed: a bug in a check/,
    exit: /crashed/,
    hang: /did not finish within 2 s/,
    memory: /more memory than the 48 MiB/,
  };
  for (const [fault, reason] of Object.entries(reasons) as [Fault, RegExp][]) {
    for (const task of ['survey', 'members'] as const) {
      test(`meets "${fault}" in ${task}, the checks that needed it are inconclusive and the others are not`, async () => {
        const content = located(samplePackage(faultMarker(task, fault)));
        const examination = await examiner.examine(content, about, never);
        assert.deepEqual(verdicts(examination), {
          archive: 'inconclusive',
          structure: 'passed',
          formats: 'inconclusive',
          malware: 'inconclusive',
          secrets: 'inconclusive',
        });
        assert.match(examination.results[0]?.reason ?? '', reason);
      });
    }
  }

  test('crashes in the structure check, only that is inconclusive', async () => {
    const content = located(samplePackage(faultMarker('structure', 'exit')));
    const examination = await examiner.examine(content, about, never);
    assert.deepEqual(verdicts(examination), {
      archive: 'passed',
      structure: 'inconclusive',
      formats: 'passed',
      malware: 'passed',
      secrets: 'passed',
    });
  });

  test('has crashed, the next package is examined as if nothing had happened', async () => {
    const examination = await examiner.examine(located(samplePackage()), about, never);
    assert.deepEqual(verdicts(examination), {
      archive: 'passed',
      structure: 'passed',
      formats: 'passed',
      malware: 'passed',
      secrets: 'passed',
    });
  });

  test('crashes while another package is examined, that one is not affected', async () => {
    const [bad, good] = await Promise.all([
      examiner.examine(located(samplePackage(faultMarker('members', 'exit'))), about, never),
      examiner.examine(located(samplePackage()), about, never),
    ]);
    assert.equal(verdicts(bad).archive, 'inconclusive');
    assert.deepEqual(verdicts(good), {
      archive: 'passed',
      structure: 'passed',
      formats: 'passed',
      malware: 'passed',
      secrets: 'passed',
    });
  });

  test('cannot hash, or the store does not answer, the examination rejects as to be tried again', async () => {
    const transient = { name: 'StorageError', failure: 'transient' };
    for (const marker of [faultMarker('hash', 'exit'), faultMarker('members', 'unreadable')])
      await assert.rejects(examiner.examine(located(samplePackage(marker)), about, never), transient);
  });

  test('is busy, an abort ends it at once', async () => {
    const abort = new AbortController();
    const content = located(samplePackage(faultMarker('survey', 'hang')));
    const running = examiner.examine(content, about, abort.signal);
    setTimeout(() => abort.abort(new Error('stopping')), 200);
    const startedAt = performance.now();
    await assert.rejects(running, /stopping/);
    assert.ok(performance.now() - startedAt < 1_500);
  });

  test('is busy, closing the examiner rejects what runs instead of judging it', async () => {
    const closing = new ThreadedExaminer(failingThread, settings, settings);
    const content = located(samplePackage(faultMarker('survey', 'hang')));
    const running = assert.rejects(closing.examine(content, about, never), { name: 'AbortError' });
    setTimeout(() => closing.close(), 200);
    await running;
  });
});

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
