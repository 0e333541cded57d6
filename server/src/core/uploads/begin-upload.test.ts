import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness, someCaller, somePackage, someVersion } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { uploadLimits } from '../../../test/support/test-registry.ts';
import { incomingKey } from '../content/index.ts';
import { addressForm, addressParts } from './address-upload.ts';
import { beginUpload } from './begin-upload.ts';
import { abortUpload } from './end-upload.ts';
import { largestPartBytes, mostParts, partSizeFor, smallestPartBytes } from './parts.ts';
import { maySeeUpload, readUpload, type Upload } from './upload.ts';

const mebibyte = 1024 * 1024;
const ada = someCaller('ada');

const declared = {
  kind: 'model',
  packageName: 'tokenizer',
  label: 'v1.0.0',
  fileName: 'tokenizer.zip',
  contentType: 'application/zip',
  declaredDigest: null,
  sizeBytes: 1000,
} as const;

test('a begun upload is open for its lifetime, on record with who began it', async () => {
  const { ports, clock, auditLog } = await testPipeline();
  const upload = await beginUpload(ports, ada, { ...declared, declaredDigest: 'ab'.repeat(32) });
  assert.deepEqual(await ports.uploads.find(upload.id), upload);
  assert.deepEqual(upload, {
    id: upload.id,
    userId: 'ada',
    userName: 'ada',
    state: 'open',
    kind: 'model',
    packageName: 'tokenizer',
    label: '1.0.0',
    fileName: 'tokenizer.zip',
    contentType: 'application/zip',
    sizeBytes: 1000,
    declaredDigest: 'ab'.repeat(32),
    receiving: { method: 'form' },
    access: null,
    createdAt: clock.now(),
    expiresAt: new Date(clock.now().getTime() + uploadLimits.lifetimeMs),
    packageId: null,
    versionId: null,
    revision: 1,
  });
  const [entry] = await auditLog();
  assert.equal(entry?.operation, 'upload.begin');
  assert.equal(entry.actor?.userId, 'ada');
  assert.deepEqual(entry.subject, {
    kind: 'upload',
    id: upload.id,
    packageName: 'tokenizer',
    versionLabel: '1.0.0',
  });
});

test('small content comes by form, large content in parts, and the client may choose parts', async () => {
  const { ports } = await testPipeline();
  const limit = uploadLimits.formMaximumBytes;
  const begin = (sizeBytes: number, method?: 'form' | 'parts') =>
    beginUpload(ports, ada, { ...declared, sizeBytes, method });
  assert.equal((await begin(limit)).receiving.method, 'form');
  assert.equal((await begin(limit, 'form')).receiving.method, 'form');
  assert.equal((await begin(limit + 1)).receiving.method, 'parts');
  assert.equal((await begin(1, 'parts')).receiving.method, 'parts');
  await assert.rejects(begin(limit + 1, 'form'), {
    code: 'upload-too-large',
    detail: /33554433 bytes .* 33554432 .*`parts`/,
  });
});

test('parts cover the content exactly, and there are never too many or too large ones', async () => {
  const { ports } = await testPipeline();
  for (const sizeBytes of [
    1,
    smallestPartBytes,
    smallestPartBytes + 1,
    900 * mebibyte,
    10 * 1024 * mebibyte,
  ]) {
    const upload = await beginUpload(ports, ada, { ...declared, sizeBytes, method: 'parts' });
    const { receiving } = upload;
    assert.ok(receiving.method === 'parts');
    assert.ok(receiving.partSizeBytes >= smallestPartBytes && receiving.partSizeBytes <= largestPartBytes);
    assert.equal(receiving.partSizeBytes % mebibyte, 0);
    assert.equal(receiving.partCount, Math.ceil(sizeBytes / receiving.partSizeBytes));
  }
  const most = largestPartBytes * mostParts;
  assert.ok(most / partSizeFor(most) <= mostParts);
});

const refusals: readonly [what: string, fields: object, expected: { code: string; detail: RegExp }][] = [
  ['nothing at all', { sizeBytes: 0 }, { code: 'upload-size-mismatch', detail: /0 bytes/ }],
  [
    'more than allowed',
    { sizeBytes: uploadLimits.maximumBytes + 1 },
    { code: 'upload-too-large', detail: /10737418241 bytes .* 10737418240/ },
  ],
  [
    'another type',
    { contentType: 'text/html' },
    { code: 'upload-type-invalid', detail: /"text\/html".*application\/zip/ },
  ],
  ['a path for a file name', { fileName: '../a.zip' }, { code: 'invalid-request', detail: /"\.\.\/a\.zip"/ }],
  ['a line in a file name', { fileName: 'a\r\nb' }, { code: 'invalid-request', detail: /control/ }],
  ['no file name', { fileName: '' }, { code: 'invalid-request', detail: /1 to 255/ }],
  ['a name that is none', { packageName: '../etc' }, { code: 'name-invalid', detail: /"\.\.\/etc"/ }],
  ['a label that is none', { label: '1.0' }, { code: 'label-invalid', detail: /"1\.0"/ }],
];
for (const [what, fields, expected] of refusals) {
  test(`${what} is refused before anything is opened`, async () => {
    const { ports } = await testPipeline();
    await assert.rejects(beginUpload(ports, ada, { ...declared, ...fields }), expected);
    assert.deepEqual((await ports.uploads.list({}, { limit: 10 })).items, []);
  });
}

test('nobody begins an upload to a package that they do not maintain', async () => {
  const { ports } = await testPipeline();
  const pkg = somePackage({ name: 'Tokenizer', ownerId: 'ada', groupId: 'makers' });
  await ports.commit([{ change: 'package.insert', package: pkg }]);
  const begin = (...caller: Parameters<typeof someCaller>) =>
    beginUpload(ports, someCaller(...caller), declared);
  await assert.rejects(begin('bob'), { code: 'name-taken', detail: /"Tokenizer"/ });
  await assert.rejects(begin('bob', { groupIds: ['others'] }), { code: 'name-taken' });
  await begin('ada');
  await begin('bob', { groupIds: ['makers'] });
  await begin('bob', { permissions: ['admin'] });
  // The name is taken within its kind only.
  await beginUpload(ports, someCaller('bob'), { ...declared, kind: 'dataset' });
});

test('nobody begins an upload to a deleted package; who does not maintain it is not told that it is deleted', async () => {
  const { ports } = await testPipeline();
  const pkg = somePackage({ name: 'tokenizer', ownerId: 'ada', state: 'deleted' });
  await ports.commit([{ change: 'package.insert', package: pkg }]);
  await assert.rejects(beginUpload(ports, ada, declared), { code: 'state-conflict' });
  await assert.rejects(beginUpload(ports, someCaller('bob'), declared), { code: 'name-taken' });
});

test('a token begins uploads for its package names only', async () => {
  const { ports } = await testPipeline();
  const narrow = someCaller('ada', { packagePatterns: ['token*'] });
  await beginUpload(ports, narrow, declared);
  await assert.rejects(beginUpload(ports, narrow, { ...declared, packageName: 'other' }), {
    code: 'permission-denied',
    detail: /"other"/,
  });
});

test('a label that is used is refused at the beginning, one that was rejected is not', async () => {
  const { ports } = await testPipeline();
  const pkg = somePackage({ name: 'tokenizer', ownerId: 'ada' });
  await ports.commit([
    { change: 'package.insert', package: pkg },
    {
      change: 'version.insert',
      version: someVersion({ packageId: pkg.id, label: '1.0.0', state: 'deleted' }),
    },
    {
      change: 'version.insert',
      version: someVersion({ packageId: pkg.id, label: '2.0.0', state: 'rejected' }),
    },
  ]);
  await assert.rejects(beginUpload(ports, ada, declared), { code: 'version-exists', detail: /1\.0\.0/ });
  await beginUpload(ports, ada, { ...declared, label: '2.0.0' });
});

test('addresses end with the upload at the latest, and there are none for one that has ended', async () => {
  const { ports, clock } = await testPipeline();
  const upload = await beginUpload(ports, ada, declared);
  const form = await addressForm(ports, upload);
  assert.deepEqual(form.expiresAt, new Date(clock.now().getTime() + uploadLimits.addressLifetimeMs));
  clock.advance(uploadLimits.lifetimeMs / 1000 - 60);
  assert.deepEqual((await addressForm(ports, upload)).expiresAt, upload.expiresAt);
  clock.advance(60);
  await assert.rejects(addressForm(ports, upload), { code: 'upload-closed', detail: /expired/ });
  await assert.rejects(addressForm(ports, { ...upload, state: 'aborted' }), { code: 'upload-closed' });
});

test('addresses are for parts that there are, a hundred at once', async () => {
  const { ports } = await testPipeline();
  const upload = await beginUpload(ports, ada, { ...declared, sizeBytes: uploadLimits.maximumBytes });
  const addresses = await addressParts(ports, upload, [2, 1]);
  assert.deepEqual(
    addresses.map(({ partNumber }) => partNumber),
    [2, 1],
  );
  for (const none of [0, -1, 1.5, Number.NaN, 161]) {
    await assert.rejects(addressParts(ports, upload, [1, none]), {
      code: 'part-invalid',
      detail: /1 to 160/,
    });
  }
  const many = Array.from({ length: 101 }, (_, i) => i + 1);
  await assert.rejects(addressParts(ports, upload, many), { code: 'invalid-request', detail: /101.*100/ });
  assert.equal((await addressParts(ports, upload, many.slice(1))).length, 100);
  const small = await beginUpload(ports, ada, declared);
  await assert.rejects(addressParts(ports, small, [1]), { code: 'part-invalid', detail: /form/ });
});

test('a refused upload leaves no session of parts behind', async () => {
  const { ports } = await testPipeline();
  const pkg = somePackage({ name: 'tokenizer', ownerId: 'bob' });
  await ports.commit([{ change: 'package.insert', package: pkg }]);
  await assert.rejects(beginUpload(ports, ada, { ...declared, method: 'parts' }), { code: 'name-taken' });
  const sessions = await Array.fromAsync(ports.receiving.listSessions());
  assert.deepEqual(sessions, []);
  assert.equal(await ports.content.stat(incomingKey(randomness.id())), null);
});

test('a token neither sees nor adds to what has another name than it is for, however that is spelt', async () => {
  const { ports } = await testPipeline();
  const limited = someCaller('ada', { packagePatterns: ['token-izer'] });
  const upload = await beginUpload(ports, ada, { ...declared, packageName: 'token.izer' });
  await assert.rejects(readUpload(ports, limited, upload.id), { code: 'not-found' });
  assert.equal(maySeeUpload(limited, upload), false);
  const pkg = somePackage({ kind: 'model', name: 'token.izer', ownerId: 'ada' });
  await ports.commit([{ change: 'package.insert', package: pkg }]);
  await assert.rejects(beginUpload(ports, limited, { ...declared, packageName: 'token-izer' }), {
    code: 'permission-denied',
  });
});

test('one user may have only so many uploads open; ending one makes room', async () => {
  const { ports, begin } = await testPipeline();
  const { maximumOpen } = ports.uploadLimits;
  const opened: Upload[] = [];
  for (let i = 0; i < maximumOpen; i++) opened.push(await begin(ada, { label: `1.0.${i}` }));
  const untilOneExpires = ((opened[0]?.expiresAt.getTime() ?? 0) - ports.clock.now().getTime()) / 1_000;
  await assert.rejects(begin(ada, { label: '2.0.0' }), {
    code: 'upload-limit',
    retryAfterSeconds: untilOneExpires,
  });
  await begin(someCaller('bob'), { packageName: 'another' });
  await abortUpload(ports, ada, opened[0]?.id ?? '');
  await begin(ada, { label: '2.0.0' });
});
