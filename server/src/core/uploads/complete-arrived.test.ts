import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller, someUser, someVersion } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { withMethods } from '../../../test/support/test-worker.ts';
import type { User } from '../access/index.ts';
import { RegistryError, StorageError } from '../errors.ts';
import { completeArrived } from './complete-arrived.ts';
import { completeUpload } from './complete-upload.ts';
import { abortUpload } from './end-upload.ts';

const ada = someCaller('ada');

/** A pipeline whose user `ada` exists, and may upload unless said otherwise. */
async function pipeline(given: Partial<User> = {}) {
  const test = await testPipeline();
  const user = someUser({ id: 'ada', name: 'ada', permissions: ['upload'], ...given });
  await test.ports.commit([{ change: 'user.insert', user, passwordHash: 'hash' }]);
  return test;
}

test('an upload whose bytes have arrived is completed as its user', async () => {
  const { ports, begin, send, find, auditLog } = await pipeline();
  const upload = await begin(ada);
  await send(upload);
  const completed = await completeArrived(ports, upload.id);
  assert.equal(completed?.state, 'completed');
  const version = await find(completed.versionId ?? '');
  assert.deepEqual([version.state, version.uploadedBy.userId], ['pending', 'ada']);
  const [entry] = await auditLog();
  assert.deepEqual([entry?.operation, entry?.actor?.userId], ['upload.complete', 'ada']);
});

test('an upload that the client completes as well becomes one version, whoever comes first', async () => {
  const { ports, begin, send } = await pipeline();
  const upload = await begin(ada);
  await send(upload);
  const outcomes = await Promise.all([
    completeArrived(ports, upload.id),
    completeUpload(ports, ada, upload.id),
    completeArrived(ports, upload.id),
    completeUpload(ports, ada, upload.id),
  ]);
  const versions = new Set(outcomes.flatMap((one) => (one === null ? [] : [one.versionId])));
  assert.equal(versions.size, 1);
  assert.equal(await completeArrived(ports, upload.id), null);
});

test('what has ended, expired or was never begun is left as it is', async () => {
  const { ports, begin, send, clock } = await pipeline();
  const [aborted, expired] = [await begin(ada), await begin(ada, { label: '2.0.0' })];
  for (const upload of [aborted, expired]) await send(upload);
  await abortUpload(ports, ada, aborted.id);
  assert.equal(await completeArrived(ports, aborted.id), null);
  clock.advance(ports.uploadLimits.lifetimeMs / 1000);
  assert.equal(await completeArrived(ports, expired.id), null);
  assert.equal(await completeArrived(ports, 'none'), null);
  assert.equal((await ports.uploads.find(expired.id))?.state, 'open');
});

test('bytes that are not all there, or too many, complete nothing', async () => {
  const { ports, begin, send } = await pipeline();
  const [form, parts] = [await begin(ada), await begin(ada, { label: '2.0.0', method: 'parts' })];
  for (const upload of [form, parts]) assert.equal(await completeArrived(ports, upload.id), null);
  await send(form, 'good bytes and more');
  assert.equal(await completeArrived(ports, form.id), null);
  assert.equal((await ports.uploads.find(form.id))?.state, 'open');
});

test('parts that were joined for a client that then heard nothing become its version', async () => {
  const { ports, begin, send } = await pipeline();
  const upload = await begin(ada, { method: 'parts' });
  await send(upload);
  assert.equal((await completeArrived(ports, upload.id))?.state, 'completed');
});

test('bytes of a request that is still under way are left to it', async () => {
  const { ports, begin, send } = await pipeline();
  const upload = await begin(ada);
  const streamed = { ...upload, receiving: { method: 'stream' }, revision: 2 } as const;
  await ports.commit([{ change: 'upload.change', upload: streamed }]);
  await send(upload);
  assert.equal(await completeArrived(ports, upload.id), null);
});

for (const [who, given] of [
  ['may not upload any more', { permissions: ['search'] }],
  ['must change a one-time password', { mustChangePassword: true }],
] as const) {
  test(`nothing is completed for a user who ${who}`, async () => {
    const { ports, begin, send } = await pipeline(given);
    const upload = await begin(ada);
    await send(upload);
    assert.equal(await completeArrived(ports, upload.id), null);
  });
}

test('nothing is completed for a user who is gone', async () => {
  const { ports, begin, send } = await testPipeline();
  const upload = await begin(someCaller('carol'));
  await send(upload);
  assert.equal(await completeArrived(ports, upload.id), null);
});

test('a refusal stands: the client is told when it asks', async () => {
  const { ports, begin, send, publish } = await pipeline();
  const upload = await begin(ada);
  await send(upload);
  const { packageId } = await publish(ada, { label: '2.0.0' });
  await ports.commit([{ change: 'version.insert', version: someVersion({ packageId, label: '1.0.0' }) }]);
  assert.equal(await completeArrived(ports, upload.id), null);
  await assert.rejects(completeUpload(ports, ada, upload.id), { code: 'version-exists' });
});

test('an engine that does not answer is no refusal', async () => {
  const { ports, begin, send } = await pipeline();
  const upload = await begin(ada);
  await send(upload);
  for (const failure of [
    new StorageError('transient', 'away'),
    new RegistryError('unavailable', 'The content is just being removed.'),
  ]) {
    const content = withMethods(ports.content, { stat: () => Promise.reject(failure) });
    await assert.rejects(completeArrived({ ...ports, content }, upload.id), failure);
  }
  assert.equal((await completeArrived(ports, upload.id))?.state, 'completed');
});
