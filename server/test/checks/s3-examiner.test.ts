import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ThreadedExaminer } from '../../src/adapters/threads/threaded-examiner.ts';
import { checkFields } from '../../src/config/checks.ts';
import { readFields } from '../../src/config/fields.ts';
import { incomingKey } from '../../src/core/content/index.ts';
import { put, someTime } from '../support/content.ts';
import { openTestContent, s3Servers } from '../support/s3-server.ts';
import { randomness, someDigest } from '../support/samples.ts';
import { zipBytes } from '../support/zip-bytes.ts';

const key = incomingKey('u-1');
const about = { kind: 'code', fileName: 'sample.zip' } as const;
const never = new AbortController().signal;

for (const server of s3Servers) {
  describe(`an examination of content on ${server.name}`, { skip: server.skip }, () => {
    test('is made in threads that read from S3 themselves', async () => {
      const archive = zipBytes([
        { name: 'package.json', content: '{"description":"A sample","license":"MIT"}' },
        { name: 'README.md', content: '# Sample' },
        { name: 'weights.bin', content: randomness.bytes(9_000_000).toString('latin1'), method: 0 },
      ]);
      const under = await openTestContent(server, { now: () => someTime }, { requireVersions: false });
      const settings = readFields(checkFields, {}, []);
      const thread = new URL('../../src/check-thread.ts', import.meta.url);
      const examiner = new ThreadedExaminer(thread, settings, settings, { s3: under.threadData });
      try {
        await put(under.content, key, archive);
        const found = await examiner.examine(await under.content.locate(key), about, never);
        assert.equal(found.digest, someDigest(archive));
        assert.deepEqual(
          found.results.map(({ verdict }) => verdict),
          found.results.map(() => 'passed'),
        );
        assert.deepEqual(found.files.map(({ path }) => path).sort(), [
          'README.md',
          'package.json',
          'weights.bin',
        ]);
        const gone = await under.content.locate(key);
        await put(under.content, key, 'other bytes');
        await under.content.remove(key);
        await assert.rejects(examiner.examine(gone, about, never), { failure: 'transient' });
      } finally {
        await examiner.close();
        await under.close();
      }
    });
  });
}
