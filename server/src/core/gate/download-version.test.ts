import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller, someDigest } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { deletePackage, deleteVersion, yankVersion } from '../packages/index.ts';
import { downloadVersion } from './download-version.ts';
import { isServed } from './is-served.ts';
import { readFile } from './read-file.ts';

const [ada, bob] = [someCaller('ada'), someCaller('bob', { permissions: ['download'] })];
const uploader = someCaller('eve', { permissions: ['search', 'upload'] });
const reason = 'The weights were swapped.';

async function published() {
  const pipeline = await testPipeline();
  return { ...pipeline, version: await pipeline.publish(ada) };
}

test('an allowed download gives a short-lived address, and is on record with its reason', async () => {
  const { ports, clock, version, auditLog } = await published();
  const { packageId } = version;
  const download = await downloadVersion(ports, bob, { packageId });
  assert.match(download.url, /^http/);
  assert.deepEqual(
    { ...download, url: '' },
    {
      url: '',
      expiresAt: new Date(clock.now().getTime() + ports.downloadLifetimeMs),
      sizeBytes: 10,
      digest: someDigest('good bytes'),
      label: '1.0.0',
      reason: 'Published, and the permission `download` is there.',
      receipt: null,
    },
  );
  assert.ok(ports.downloadLifetimeMs <= 300_000);
  const [entry] = await auditLog();
  assert.deepEqual(
    [entry?.operation, entry?.outcome, entry?.actor?.userId, entry?.reason],
    ['version.download', 'succeeded', 'bob', download.reason],
  );
  assert.deepEqual(entry?.subject, {
    packageId,
    packageName: 'tokenizer',
    versionId: version.id,
    versionLabel: '1.0.0',
    sizeBytes: 10,
  });
});

test('who lacks the permission is denied with the reason, which is on record, and gets no address', async () => {
  const { ports, version, auditLog } = await published();
  const reason = 'The permission `download` is missing.';
  await assert.rejects(downloadVersion(ports, uploader, { packageId: version.packageId }), {
    code: 'permission-denied',
    detail: reason,
    onRecord: true,
  });
  const [entry] = await auditLog();
  assert.deepEqual(
    [entry?.operation, entry?.outcome, entry?.reason, entry?.subject.versionLabel],
    ['version.download', 'denied', reason, '1.0.0'],
  );
});

test('nothing is answered whose decision could not be put on record', async () => {
  const { ports, version } = await published();
  const deaf = { ...ports, commit: () => Promise.reject(new Error('the disk is full')) };
  for (const caller of [bob, uploader]) {
    await assert.rejects(downloadVersion(deaf, caller, { packageId: version.packageId }), /the disk is full/);
  }
});

test('what waits for its check, or did not pass it, is downloaded by nobody', async () => {
  const { ports, version, submit, publish } = await published();
  const { packageId } = version;
  await publish(ada, { label: '3.0.0', bytes: 'bad bytes' });
  const hidden = await publish(ada, { packageName: 'another', bytes: 'bad bytes' });
  await submit(ada, { label: '2.0.0' });
  for (const caller of [ada, bob, someCaller('root', { permissions: ['admin'] })]) {
    for (const label of ['2.0.0', '3.0.0']) {
      await assert.rejects(downloadVersion(ports, caller, { packageId, label }), { code: 'not-found' });
      await assert.rejects(readFile(ports, caller, { packageId, label, path: 'README.md' }), {
        code: 'not-found',
      });
    }
    await assert.rejects(downloadVersion(ports, caller, { packageId: hidden.packageId }), {
      code: 'not-found',
    });
  }
});

test('a yanked version is given to who names it, with the reason why it was yanked', async () => {
  const { ports, version } = await published();
  const { packageId, label } = version;
  await yankVersion(ports, ada, { packageId, label, reason });
  await assert.rejects(downloadVersion(ports, bob, { packageId }), { code: 'not-found' });
  const download = await downloadVersion(ports, bob, { packageId, label });
  assert.equal(download.reason, `Allowed, but yanked: ${reason}`);
});

test('a file inside a version is read by who may download it, on record with its path', async () => {
  const { ports, version, auditLog } = await published();
  const asked = { packageId: version.packageId, label: '1.0.0', path: 'README.md' };
  const { file, digest } = await readFile(ports, bob, asked);
  assert.equal(file.path, 'README.md');
  assert.equal(digest, someDigest('good bytes'));
  const [entry] = await auditLog();
  assert.equal(entry?.operation, 'version.read-file');
  assert.deepEqual([entry.subject.kind, entry.subject.id], ['file', 'README.md']);
  await assert.rejects(readFile(ports, uploader, asked), { code: 'permission-denied' });
  await assert.rejects(readFile(ports, bob, { ...asked, path: '../README.md' }), {
    code: 'not-found',
    detail: 'There is no file in tokenizer 1.0.0 "../README.md".',
  });
});

test('who lacks the permission does not learn which files there are', async () => {
  const { ports, version } = await published();
  for (const path of ['README.md', 'no-such-file']) {
    await assert.rejects(readFile(ports, uploader, { packageId: version.packageId, path }), {
      code: 'permission-denied',
      detail: 'The permission `download` is missing.',
    });
  }
});

test('addresses that were given out serve what is readable at the moment of reading', async () => {
  const { ports, version, submit, publish } = await published();
  const { packageId, label } = version;
  assert.equal(await isServed(ports, version.id), true);
  await yankVersion(ports, ada, { packageId, label, reason });
  assert.equal(await isServed(ports, version.id), true);
  await deleteVersion(ports, ada, { packageId, label, reason });
  assert.equal(await isServed(ports, version.id), false);
  const other = await publish(ada, { label: '2.0.0' });
  assert.equal(await isServed(ports, (await submit(ada, { label: '3.0.0' })).id), false);
  assert.equal(await isServed(ports, (await publish(ada, { label: '4.0.0', bytes: 'bad' })).id), false);
  assert.equal(await isServed(ports, 'another'), false);
  await deletePackage(ports, ada, packageId, { reason });
  assert.equal((await ports.versions.find(other.id))?.state, 'published');
  assert.equal(
    await isServed(ports, other.id),
    false,
    'its package is deleted, its own deletion still to come',
  );
});
