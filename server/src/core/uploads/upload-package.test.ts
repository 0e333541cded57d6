import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { someCaller, someDigest } from '../../../test/support/samples.ts';
import { testPipeline, textOf } from '../../../test/support/test-pipeline.ts';
import { incomingKey } from '../content/index.ts';
import { abortUpload } from './end-upload.ts';
import { uploadPackage } from './upload-package.ts';

const ada = someCaller('ada');
const declared = {
  kind: 'model',
  packageName: 'tokenizer',
  label: '1.0.0',
  fileName: 'tokenizer.zip',
  contentType: 'application/zip',
  declaredDigest: null,
} as const;

const bytes = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

test('one request brings a pending version with all of its bytes', async () => {
  const { ports, find } = await testPipeline();
  const digest = someDigest('good bytes');
  const upload = await uploadPackage(
    ports,
    ada,
    { ...declared, declaredDigest: digest },
    bytes('good', ' bytes'),
  );
  assert.equal(upload.state, 'completed');
  assert.equal(upload.sizeBytes, 10);
  const version = await find(upload.versionId ?? '');
  assert.equal(version.state, 'pending');
  assert.equal(version.sizeBytes, 10);
  assert.equal(await textOf(await ports.content.read(incomingKey(upload.id))), 'good bytes');
});

const failures: readonly [
  what: string,
  expected: object,
  given: object,
  bytes: () => Readable,
  limits?: object,
][] = [
  [
    'another digest than declared',
    { code: 'upload-digest-mismatch', detail: new RegExp(someDigest('good bytes')) },
    { declaredDigest: someDigest('other bytes') },
    () => bytes('good bytes'),
  ],
  ['no bytes', { code: 'upload-size-mismatch' }, {}, () => bytes()],
  [
    'more bytes than allowed',
    { code: 'upload-too-large', detail: /4 bytes/ },
    {},
    () => bytes('good', ' bytes'),
    { maximumBytes: 4 },
  ],
  [
    'bytes that break off',
    /the client has gone/,
    {},
    () =>
      Readable.from(
        (async function* () {
          yield Buffer.from('good');
          throw new Error('the client has gone');
        })(),
      ),
  ],
];
for (const [what, expected, given, stream, limits] of failures) {
  test(`with ${what} nothing is kept, and the label can be used at once`, async () => {
    const { ports, runJobs, stored } = await testPipeline();
    const limited = { ...ports, uploadLimits: { ...ports.uploadLimits, ...limits } };
    await assert.rejects(uploadPackage(limited, ada, { ...declared, ...given }, stream()), expected);
    await runJobs();
    assert.deepEqual(await stored('incoming'), []);
    assert.equal(await ports.packages.findByName('model', 'tokenizer'), null);
    const [upload] = (await ports.uploads.list({}, { limit: 10 })).items;
    assert.equal(upload?.state, 'aborted');
    assert.equal((await uploadPackage(ports, ada, declared, bytes('good bytes'))).state, 'completed');
  });
}

test('bytes that break off before anybody reads them are refused like others', async () => {
  for (const ticks of [0, 1, 2, 3, 10]) {
    const { ports, runJobs, stored } = await testPipeline();
    const write: typeof ports.content.write = async (key, stream) => {
      for (let tick = 0; tick < 5; tick++) await new Promise(setImmediate);
      return ports.content.write(key, stream);
    };
    const content = new Proxy(ports.content, {
      get: (store, name) => (name === 'write' ? write : Reflect.get(store, name).bind(store)),
    });
    const broken = new PassThrough();
    broken.on('error', () => {}); // as a form has it
    const uploading = assert.rejects(
      uploadPackage({ ...ports, content }, ada, declared, broken),
      /the client has gone/,
    );
    for (let tick = 0; tick < ticks; tick++) await new Promise(setImmediate);
    broken.destroy(new Error('the client has gone'));
    await uploading;
    await runJobs();
    assert.deepEqual(await stored('incoming'), [], `after ${ticks} ticks`);
  }
});

test('an upload that its user aborts while the bytes come leaves nothing', async () => {
  const { ports, runJobs, stored } = await testPipeline();
  const slow = new PassThrough();
  const uploading = assert.rejects(uploadPackage(ports, ada, declared, slow), { code: 'upload-closed' });
  slow.write('good');
  await new Promise(setImmediate);
  const [upload] = (await ports.uploads.list({}, { limit: 10 })).items;
  await abortUpload(ports, ada, upload?.id ?? '');
  await runJobs();
  slow.end(' bytes');
  await uploading;
  await runJobs();
  assert.deepEqual(await stored('incoming'), []);
});

test('an upload that expires while the bytes come leaves nothing', async () => {
  const { ports, clock, runJobs, stored } = await testPipeline();
  const slow = new PassThrough();
  const uploading = assert.rejects(uploadPackage(ports, ada, declared, slow), { code: 'upload-closed' });
  slow.write('good');
  await new Promise(setImmediate);
  clock.advance(24 * 3600);
  await runJobs();
  slow.end(' bytes');
  await uploading;
  await runJobs();
  assert.deepEqual(await stored('incoming'), []);
});

test('bytes whose completion is not answered are not taken away from the version they have become', async () => {
  const { ports, find, stored, runJobs } = await testPipeline();
  let commits = 0;
  const deaf: typeof ports = {
    ...ports,
    commit: async (changes) => {
      await ports.commit(changes);
      if (++commits === 2) throw new Error('the answer is lost');
    },
  };
  await assert.rejects(uploadPackage(deaf, ada, declared, bytes('good bytes')), /the answer is lost/);
  const [upload] = (await ports.uploads.list({}, { limit: 10 })).items;
  assert.equal(upload?.state, 'completed');
  assert.deepEqual(await stored('incoming'), [upload.id]);
  await runJobs();
  assert.equal((await find(upload.versionId ?? '')).state, 'published');
});
