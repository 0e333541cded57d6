import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { assertSurvivesDeath } from '../../../test/support/dying-ports.ts';
import { randomness, someCaller, someDigest } from '../../../test/support/samples.ts';
import { type TestPipeline, testPipeline } from '../../../test/support/test-pipeline.ts';
import { incomingKey } from '../content/index.ts';
import { completeUpload } from './complete-upload.ts';
import { abortUpload, cleanUpload } from './end-upload.ts';
import { smallestPartBytes } from './parts.ts';
import type { Upload } from './upload.ts';

const [ada, bob, admin] = [
  someCaller('ada'),
  someCaller('bob'),
  someCaller('root', { permissions: ['admin'] }),
];

async function sendPart({ ports }: TestPipeline, upload: Upload, partNumber: number, sizeBytes: number) {
  const part = {
    partNumber,
    sizeBytes,
    offset: (partNumber - 1) * smallestPartBytes,
    nonce: randomness.id(),
  };
  const bytes = Readable.from([Buffer.alloc(sizeBytes, partNumber)]);
  await ports.ownContent?.incoming.receivePart(incomingKey(upload.id), part, bytes);
}

test('completing makes a pending version of a new, hidden package, and queues its check', async () => {
  const { ports, begin, send, find, clock, auditLog } = await testPipeline();
  const digest = someDigest('good bytes');
  const upload = await begin(ada, { declaredDigest: digest });
  await send(upload);
  const completed = await completeUpload(ports, ada, upload.id);
  const { packageId, versionId } = completed;
  assert.deepEqual(completed, { ...upload, state: 'completed', packageId, versionId, revision: 2 });
  assert.deepEqual(await ports.uploads.find(upload.id), completed);

  const pkg = await ports.packages.findByName('model', 'tokenizer');
  assert.equal(pkg?.id, packageId);
  assert.equal(pkg?.state, 'hidden');
  assert.equal(pkg?.ownerId, 'ada');
  assert.equal(pkg?.latest, null);

  const version = await find(versionId ?? '');
  assert.equal(version.state, 'pending');
  assert.equal(version.digest, null);
  assert.equal(version.declaredDigest, digest);
  assert.equal(version.sizeBytes, 10);
  assert.deepEqual(version.uploadedBy, { userId: 'ada', userName: 'ada' });

  const job = await ports.jobs.lease(['check-version'], clock.now(), 1_000);
  assert.deepEqual(job?.payload, { versionId });
  assert.deepEqual(
    (await ports.events.listAfter('ada', null, 10)).map(({ kind }) => kind),
    ['upload.completed'],
  );
  assert.equal((await auditLog())[0]?.operation, 'upload.complete');
});

test('completing again answers the same and makes nothing anew', async () => {
  const { ports, begin, send } = await testPipeline();
  const upload = await begin(ada);
  await send(upload);
  const completed = await completeUpload(ports, ada, upload.id);
  assert.deepEqual(await completeUpload(ports, ada, upload.id), completed);
  await ports.content.remove(incomingKey(upload.id));
  assert.deepEqual(await completeUpload(ports, ada, upload.id), completed);
  const versions = await ports.versions.list(
    completed.packageId ?? '',
    { states: ['pending'] },
    { limit: 10 },
  );
  assert.equal(versions.items.length, 1);
  assert.equal((await ports.events.listAfter('ada', null, 10)).length, 1);
});

test('of many completions at once one makes the version, and all answer it', async () => {
  const { ports, begin, send } = await testPipeline();
  const upload = await begin(ada);
  await send(upload);
  const answers = await Promise.all(Array.from({ length: 10 }, () => completeUpload(ports, ada, upload.id)));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  const filter = { states: ['pending'] } as const;
  const versions = await ports.versions.list(answers[0]?.packageId ?? '', filter, { limit: 10 });
  assert.equal(versions.items.length, 1);
});

test('parts are joined when all have arrived, in whatever order', async () => {
  const pipeline = await testPipeline();
  const { ports, begin, find } = pipeline;
  const sizeBytes = smallestPartBytes + 5;
  const upload = await begin(ada, { bytes: 'x'.repeat(sizeBytes), method: 'parts' });
  await sendPart(pipeline, upload, 2, 5);
  await sendPart(pipeline, upload, 1, smallestPartBytes);
  const completed = await completeUpload(ports, ada, upload.id);
  assert.equal((await find(completed.versionId ?? '')).sizeBytes, sizeBytes);
  assert.equal((await ports.content.stat(incomingKey(upload.id)))?.sizeBytes, sizeBytes);
  assert.deepEqual(await completeUpload(ports, ada, upload.id), completed);
});

test('completing while another process joins the parts answers the same', async () => {
  const pipeline = await testPipeline();
  const { ports, begin } = pipeline;
  const upload = await begin(ada, { bytes: 'x'.repeat(2 * smallestPartBytes), method: 'parts' });
  for (const number of [1, 2]) await sendPart(pipeline, upload, number, smallestPartBytes);
  let first: unknown;
  const receiving = {
    join: ports.receiving.join,
    listParts: async (...given: Parameters<typeof ports.receiving.listParts>) => {
      first ??= await completeUpload(ports, ada, upload.id);
      return ports.receiving.listParts(...given);
    },
  };
  assert.deepEqual(await completeUpload({ ...ports, receiving }, ada, upload.id), first);
});

test('missing parts are named, what has arrived stays, and the upload can go on', async () => {
  const pipeline = await testPipeline();
  const { ports, begin } = pipeline;
  const upload = await begin(ada, { bytes: 'x'.repeat(3 * smallestPartBytes), method: 'parts' });
  await assert.rejects(completeUpload(ports, ada, upload.id), {
    code: 'upload-incomplete',
    detail: /^3 of 3 parts are missing: 1, 2, 3\./,
  });
  await sendPart(pipeline, upload, 2, smallestPartBytes);
  await assert.rejects(completeUpload(ports, ada, upload.id), {
    code: 'upload-incomplete',
    detail: /^2 of 3 parts are missing: 1, 3\./,
  });
  await sendPart(pipeline, upload, 1, smallestPartBytes);
  await sendPart(pipeline, upload, 3, smallestPartBytes);
  assert.equal((await completeUpload(ports, ada, upload.id)).state, 'completed');
});

test('of very many missing parts the first twenty are named', async () => {
  const { ports, begin } = await testPipeline();
  const upload = await begin(ada, { bytes: 'x'.repeat(30 * smallestPartBytes), method: 'parts' });
  await assert.rejects(completeUpload(ports, ada, upload.id), { detail: /^30 of 30 .*: 1, .*, 20, …\./ });
});

test('nothing is completed before its bytes are there, or with other than the declared number of them', async () => {
  const { ports, begin, send } = await testPipeline();
  const upload = await begin(ada, { bytes: 'ten bytes!' });
  await assert.rejects(completeUpload(ports, ada, upload.id), {
    code: 'upload-incomplete',
    detail: /No bytes/,
  });
  await send(upload, 'eleven byte');
  await assert.rejects(completeUpload(ports, ada, upload.id), {
    code: 'upload-size-mismatch',
    detail: /^11 bytes have arrived, but 10 /,
  });
  assert.deepEqual(await ports.uploads.find(upload.id), upload);
  assert.equal(await ports.packages.findByName('model', 'tokenizer'), null);
});

test('only the user who began it, and administrators, see and complete an upload', async () => {
  const { ports, begin, send } = await testPipeline();
  const upload = await begin(ada);
  await send(upload);
  const missing = { code: 'not-found', detail: `There is no upload "${upload.id}".` };
  await assert.rejects(completeUpload(ports, bob, upload.id), missing);
  await assert.rejects(abortUpload(ports, bob, upload.id), missing);
  await assert.rejects(completeUpload(ports, someCaller(''), upload.id), missing);
  await assert.rejects(completeUpload(ports, ada, 'another'), {
    code: 'not-found',
    detail: 'There is no upload "another".',
  });
  const completed = await completeUpload(ports, admin, upload.id);
  assert.equal((await ports.packages.find(completed.packageId ?? ''))?.ownerId, 'ada');
});

test('of two users who bring the same new name one gets it; the other one’s upload stays as it is', async () => {
  const { ports, begin, send } = await testPipeline();
  const [mine, theirs] = [await begin(ada), await begin(bob, { packageName: 'Tokenizer' })];
  await send(mine);
  await send(theirs);
  const outcomes = await Promise.allSettled([
    completeUpload(ports, ada, mine.id),
    completeUpload(ports, bob, theirs.id),
  ]);
  const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(lost.length, 1);
  assert.equal(lost[0]?.reason.code, 'name-taken');
  const [winner, loser] = outcomes[0]?.status === 'fulfilled' ? ['ada', theirs] : ['bob', mine];
  assert.equal((await ports.packages.findByName('model', 'tokenizer'))?.ownerId, winner);
  assert.deepEqual(await ports.uploads.find(loser.id), loser);
});

test('two versions of one new package completed at once both come into it', async () => {
  const { ports, begin, send } = await testPipeline();
  const uploads = [await begin(ada, { label: '1.0.0' }), await begin(ada, { label: '2.0.0' })];
  for (const upload of uploads) await send(upload);
  const completed = await Promise.all(uploads.map(({ id }) => completeUpload(ports, ada, id)));
  assert.equal(completed[0]?.packageId, completed[1]?.packageId);
  assert.notEqual(completed[0]?.versionId, completed[1]?.versionId);
});

test('of two uploads of the same label one becomes the version; the other one is told and stays open', async () => {
  const { ports, begin, send } = await testPipeline();
  await send(await begin(ada, { label: '0.1.0' }));
  const uploads = [await begin(ada), await begin(ada, { label: 'v1.0.0' })];
  for (const upload of uploads) await send(upload);
  const outcomes = await Promise.allSettled(uploads.map(({ id }) => completeUpload(ports, ada, id)));
  const lost = outcomes.findIndex((outcome) => outcome.status === 'rejected');
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const outcome = outcomes[lost];
  assert.equal(outcome?.status === 'rejected' && outcome.reason.code, 'version-exists');
  assert.equal((await ports.uploads.find(uploads[lost]?.id ?? ''))?.state, 'open');
});

test('an expired upload cannot be completed, also before the registry has noticed', async () => {
  const { ports, begin, send, clock } = await testPipeline();
  const upload = await begin(ada);
  await send(upload);
  clock.advance(24 * 3600);
  await assert.rejects(completeUpload(ports, ada, upload.id), { code: 'upload-closed', detail: /expired/ });
  await assert.rejects(abortUpload(ports, ada, upload.id), { code: 'upload-closed' });
});

test('an upload that nobody completes is ended when it expires, and its bytes go', async () => {
  const { ports, begin, send, clock, runJobs, stored } = await testPipeline();
  const form = await begin(ada);
  const parts = await begin(ada, { method: 'parts' });
  await send(form);
  clock.advance(24 * 3600 - 1);
  await runJobs();
  assert.equal((await ports.uploads.find(form.id))?.state, 'open');
  clock.advance(1);
  await runJobs();
  for (const { id } of [form, parts]) assert.equal((await ports.uploads.find(id))?.state, 'expired');
  assert.deepEqual(await stored('incoming'), []);
  assert.deepEqual(await Array.fromAsync(ports.receiving.listSessions()), []);
  const events = await ports.events.listAfter('ada', null, 10);
  assert.deepEqual(
    events.map(({ kind, uploadId }) => [kind, uploadId]).sort(),
    [
      ['upload.expired', form.id],
      ['upload.expired', parts.id],
    ].sort(),
  );
});

test('an aborted upload takes no more bytes and loses those it has; aborting again answers the same', async () => {
  const pipeline = await testPipeline();
  const { ports, begin, stored, runJobs } = pipeline;
  const upload = await begin(ada, { bytes: 'x'.repeat(2 * smallestPartBytes), method: 'parts' });
  await sendPart(pipeline, upload, 1, smallestPartBytes);
  const aborted = await abortUpload(ports, ada, upload.id);
  assert.equal(aborted.state, 'aborted');
  assert.deepEqual(await abortUpload(ports, ada, upload.id), aborted);
  await assert.rejects(completeUpload(ports, ada, upload.id), { code: 'upload-closed', detail: /aborted/ });
  await runJobs();
  await assert.rejects(sendPart(pipeline, upload, 2, smallestPartBytes), { code: 'upload-closed' });
  assert.deepEqual(await stored('incoming'), []);
  assert.deepEqual(await Array.fromAsync(ports.receiving.listSessions()), []);
});

test('a completed upload cannot be aborted, and its expiry leaves it alone', async () => {
  const { ports, begin, send, clock, stored } = await testPipeline();
  const upload = await begin(ada);
  await send(upload);
  await completeUpload(ports, ada, upload.id);
  await assert.rejects(abortUpload(ports, ada, upload.id), { code: 'upload-closed', detail: /completed/ });
  clock.advance(48 * 3600);
  await cleanUpload(ports, upload.id);
  assert.deepEqual(await stored('incoming'), [upload.id]);
});

test('aborting and completing at once end in one of the two', async () => {
  const { ports, begin, send } = await testPipeline();
  const upload = await begin(ada);
  await send(upload);
  await Promise.allSettled([completeUpload(ports, ada, upload.id), abortUpload(ports, ada, upload.id)]);
  const after = await ports.uploads.find(upload.id);
  assert.ok(after?.state === 'completed' || after?.state === 'aborted');
  assert.equal(after.revision, 2);
  assert.equal(after.versionId !== null, after.state === 'completed');
});

test('cleaning what is not there, or is not due, changes nothing', async () => {
  const { ports, begin, send, stored } = await testPipeline();
  await cleanUpload(ports, 'another');
  const upload = await begin(ada);
  await send(upload);
  await cleanUpload(ports, upload.id);
  assert.deepEqual(await ports.uploads.find(upload.id), upload);
  assert.deepEqual(await stored('incoming'), [upload.id]);
});

/** What an upload has left, without the ids and revisions that differ from run to run. */
async function leftOf({ ports, stored }: TestPipeline, uploadId: string) {
  const upload = await ports.uploads.find(uploadId);
  const version = await ports.versions.find(upload?.versionId ?? '');
  const pkg = await ports.packages.findByName('model', 'tokenizer');
  return {
    upload: [upload?.state, upload?.sizeBytes],
    version: [version?.state, version?.sizeBytes, version?.packageId === pkg?.id],
    package: [pkg?.state, pkg?.name],
    incoming: (await stored('incoming')).map((path) => path === uploadId),
    sessions: (await Array.fromAsync(ports.receiving.listSessions())).length,
    jobs: await ports.jobs.statistics(new Date('2100-01-01')),
    events: (await ports.events.listAfter('ada', null, 10)).map(({ kind }) => kind),
  };
}

for (const method of ['form', 'parts'] as const) {
  test(`wherever the process dies, an upload by ${method} is completed when that is asked for again`, async () => {
    await assertSurvivesDeath(async () => {
      const pipeline = await testPipeline();
      const upload = await pipeline.begin(ada, { bytes: 'ten bytes!', method });
      if (method === 'form') await pipeline.send(upload);
      else await sendPart(pipeline, upload, 1, 10);
      return {
        ports: pipeline.ports,
        step: (ports) => completeUpload(ports, ada, upload.id),
        outcome: () => leftOf(pipeline, upload.id),
      };
    });
  });

  test(`wherever the process dies, an upload by ${method} that expired is ended and leaves no bytes`, async () => {
    await assertSurvivesDeath(async () => {
      const pipeline = await testPipeline();
      const upload = await pipeline.begin(ada, { bytes: 'ten bytes!', method });
      if (method === 'form') await pipeline.send(upload);
      else await sendPart(pipeline, upload, 1, 10);
      pipeline.clock.advance(24 * 3600);
      return {
        ports: pipeline.ports,
        step: (ports) => cleanUpload(ports, upload.id),
        outcome: async () => {
          const left = await leftOf(pipeline, upload.id);
          assert.deepEqual([left.incoming, left.sessions], [[], 0]);
          return left;
        },
      };
    });
  });
}

test('a new package is seen from its first moment by whom its uploader named, on record', async () => {
  const { ports, begin, send, auditLog } = await testPipeline();
  const group = { id: 'makers', name: 'makers', description: '', createdAt: ports.clock.now() };
  await ports.commit([{ change: 'group.insert', group }]);
  const upload = await begin(ada, {
    access: { visibility: 'groups', visibleTo: ['makers'], sensitive: true },
  });
  const access = { visibility: 'groups', visibleTo: ['makers'], sensitive: true, allowedGroups: [] };
  assert.deepEqual(upload.access, access);
  await send(upload);
  await completeUpload(ports, ada, upload.id);
  const pkg = await ports.packages.findByName('model', 'tokenizer');
  assert.deepEqual({ ...pkg, ...access }, pkg);
  assert.equal(
    (await auditLog())[0]?.reason,
    'visibility: everybody → groups; visibleTo: [] → ["makers"]; sensitive: false → true',
  );
});

test('an upload to a package that there is says nothing new about who sees it, or is refused', async () => {
  const { ports, submit, begin, auditLog } = await testPipeline();
  await submit(ada, { access: { visibility: 'owner' } });
  for (const access of [{}, { visibility: 'owner' }, { sensitive: false, visibleTo: [] }] as const) {
    assert.equal((await begin(ada, { label: '2.0.0', access })).access, null);
  }
  await submit(ada, { label: '2.0.0' });
  assert.equal((await auditLog())[0]?.reason, null);
  assert.equal((await ports.packages.findByName('model', 'tokenizer'))?.visibility, 'owner');
  for (const access of [{ visibility: 'everybody' }, { sensitive: true }] as const) {
    await assert.rejects(begin(ada, { label: '3.0.0', access }), {
      code: 'state-conflict',
      detail: /tokenizer is a package already; change who may see and have it there/,
    });
  }
  await assert.rejects(begin(bob, { label: '3.0.0', access: { visibility: 'owner' } }), {
    code: 'name-taken',
  });
});

test('what was meant for few is not published when somebody has made the package for everybody meanwhile', async () => {
  const { ports, begin, send, submit } = await testPipeline();
  const upload = await begin(ada, { access: { visibility: 'owner' } });
  await send(upload);
  await submit(ada, { label: '2.0.0' });
  await assert.rejects(completeUpload(ports, ada, upload.id), {
    code: 'state-conflict',
    detail: /\(visibility: everybody → owner\)/,
  });
  assert.equal((await ports.uploads.find(upload.id))?.state, 'open');
  const pkg = await ports.packages.findByName('model', 'tokenizer');
  assert.equal(pkg?.visibility, 'everybody');
  assert.equal(await ports.versions.findByLabel(pkg?.id ?? '', '1.0.0'), null);
});
