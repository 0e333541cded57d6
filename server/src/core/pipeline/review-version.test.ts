import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { assertSurvivesDeath } from '../../../test/support/dying-ports.ts';
import { someCaller, someDigest } from '../../../test/support/samples.ts';
import { type TestPipeline, testPipeline, textOf } from '../../../test/support/test-pipeline.ts';
import { packageKey, quarantineKey } from '../content/index.ts';
import { deletePackage } from '../packages/index.ts';
import { giveUpChecking } from './check-version.ts';
import { giveUpReleasing, publishReleasedVersion } from './publish-released-version.ts';
import { readCase, readCaseFile, rejectVersion, releaseVersion } from './review-version.ts';

const ada = someCaller('ada');
const reviewer = someCaller('vera', { permissions: ['admin'] });
const calm = new AbortController().signal;
const because = { reason: 'A false alarm: the file is a test fixture.' };

async function quarantined() {
  const pipeline = await testPipeline();
  const version = await pipeline.publish(ada, { bytes: 'bad bytes' });
  assert.equal(version.state, 'quarantined');
  return { ...pipeline, version };
}

async function everythingOf({ ports, find, stored, auditLog }: TestPipeline, versionId: string) {
  const { id, packageId, uploadId, revision, ...version } = await find(versionId);
  const pkg = await ports.packages.find(packageId);
  const report = await ports.reports.find(id);
  return {
    version,
    package: { state: pkg?.state, latest: pkg?.latest?.label },
    report: report && { ...report, versionId: '' },
    quarantined: (await stored('quarantine')).map((path) => path === id),
    published: await stored('packages'),
    held: await ports.holds.isHeld(someDigest('bad bytes')),
    files: (await ports.files.list(id, undefined, { limit: 10 })).items,
    events: (await ports.events.listAfter('ada', null, 50)).map(({ kind }) => kind),
    operations: (await auditLog()).map(({ operation, reason }) => [operation, reason]),
    found: (await ports.search.search({ words: 'handbook' }, { limit: 10 })).items.length,
  };
}

test('a case shows the package, the version and what was found', async () => {
  const { ports, version } = await quarantined();
  const found = await readCase(ports, version.id);
  assert.deepEqual(found.version, version);
  assert.equal(found.package.id, version.packageId);
  assert.equal(found.report?.verdict, 'failed');
});

test('versions that are not in quarantine are no cases, as if they were not there', async () => {
  const { ports, submit, publish } = await quarantined();
  const versions = [
    await submit(ada, { label: '2.0.0' }),
    await publish(ada, { label: '3.0.0', bytes: 'fine' }),
  ];
  for (const { id } of [...versions, { id: 'another' }]) {
    const missing = { code: 'not-found', detail: `There is no quarantined version "${id}".` };
    await assert.rejects(readCase(ports, id), missing);
    await assert.rejects(releaseVersion(ports, reviewer, id, because), missing);
    await assert.rejects(rejectVersion(ports, reviewer, id, because), missing);
  }
});

test('a released version is published with the reviewer’s reason; the verdict stays on record', async () => {
  const pipeline = await quarantined();
  const { ports, version, runJobs, find, clock } = pipeline;
  clock.advance(3_600);
  const releasing = await releaseVersion(ports, reviewer, version.id, { reason: ` ${because.reason} ` });
  assert.equal(releasing.state, 'releasing');
  assert.equal((await ports.packages.find(version.packageId))?.latest, null);
  await runJobs();
  const published = await find(version.id);
  assert.equal(published.state, 'published');
  assert.equal(published.reason, because.reason);
  assert.deepEqual(published.publishedAt, clock.now());
  assert.deepEqual(published.decidedAt, version.decidedAt);
  assert.equal(published.license, 'MIT');
  const key = packageKey(someDigest('bad bytes'));
  assert.equal(await textOf(await ports.content.read(key)), 'bad bytes');
  const left = await everythingOf(pipeline, version.id);
  assert.deepEqual(left.package, { state: 'published', latest: '1.0.0' });
  assert.equal(left.report?.verdict, 'failed');
  assert.equal(left.report?.results[0]?.findings.length, 1);
  assert.deepEqual(left.quarantined, []);
  assert.equal(left.files.length, 1);
  assert.equal(left.found, 1);
  assert.deepEqual(left.events, ['upload.completed', 'version.quarantined', 'version.published']);
  assert.deepEqual(left.operations[1], ['quarantine.release', because.reason]);
  assert.deepEqual(left.operations[0], ['version.decide', `published: ${because.reason}`]);
});

test('a rejected version is told, its content goes, and its label is free again', async () => {
  const pipeline = await quarantined();
  const { ports, version, runJobs, publish } = pipeline;
  const rejected = await rejectVersion(ports, reviewer, version.id, because);
  assert.equal(rejected.state, 'rejected');
  assert.equal(rejected.reason, because.reason);
  await runJobs();
  const left = await everythingOf(pipeline, version.id);
  assert.deepEqual([left.quarantined, left.published, left.files], [[], [], []]);
  assert.equal(left.report?.verdict, 'failed');
  assert.deepEqual(left.events, ['upload.completed', 'version.quarantined', 'version.rejected']);
  assert.deepEqual(left.operations[0], ['quarantine.reject', because.reason]);
  assert.equal((await readCase(ports, version.id)).version.state, 'rejected');
  assert.equal((await publish(ada)).state, 'published');
});

test('rejecting bytes that others have published as well leaves those alone', async () => {
  const { ports, version, publish, runJobs, stored } = await quarantined();
  await releaseVersion(ports, reviewer, version.id, because);
  await runJobs();
  const again = await publish(ada, { label: '2.0.0', bytes: 'bad bytes' });
  assert.equal(again.state, 'quarantined');
  await rejectVersion(ports, reviewer, again.id, because);
  await runJobs();
  assert.deepEqual(await stored('packages'), [packageKey(someDigest('bad bytes')).path]);
  assert.equal(await ports.holds.isHeld(someDigest('bad bytes')), true);
});

test('a decision about a version is final, and made once', async () => {
  const { ports, version, runJobs, publish } = await quarantined();
  const outcomes = await Promise.allSettled([
    releaseVersion(ports, reviewer, version.id, because),
    rejectVersion(ports, reviewer, version.id, because),
    releaseVersion(ports, reviewer, version.id, because),
  ]);
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'state-conflict');
  }
  await runJobs();
  await assert.rejects(rejectVersion(ports, reviewer, version.id, because), { code: 'not-found' });
  const other = await publish(ada, { label: '2.0.0', bytes: 'bad, too' });
  await rejectVersion(ports, reviewer, other.id, because);
  await assert.rejects(releaseVersion(ports, reviewer, other.id, because), {
    code: 'state-conflict',
    detail: /tokenizer 2\.0\.0 is rejected; only one that is quarantined/,
  });
});

test('a decision needs a reason', async () => {
  const { ports, version, find } = await quarantined();
  for (const reason of ['', '  ', 'ok', 'x'.repeat(1_001)]) {
    await assert.rejects(releaseVersion(ports, reviewer, version.id, { reason }), {
      code: 'invalid-request',
    });
    await assert.rejects(rejectVersion(ports, reviewer, version.id, { reason }), { code: 'invalid-request' });
  }
  assert.deepEqual(await find(version.id), version);
});

test('wherever the process dies, a released version is published as if it had not', async () => {
  await assertSurvivesDeath(async () => {
    const { version, ...pipeline } = await quarantined();
    await releaseVersion(pipeline.ports, reviewer, version.id, because);
    return {
      ports: pipeline.ports,
      step: (ports) => publishReleasedVersion(ports, version.id, calm),
      outcome: () => everythingOf(pipeline, version.id),
    };
  });
});

test('publishing what is not being released, or not there, changes nothing', async () => {
  const { ports, publish, find } = await testPipeline();
  const published = await publish(ada, { label: '2.0.0' });
  await publishReleasedVersion(ports, published.id, calm);
  await publishReleasedVersion(ports, 'another', calm);
  assert.deepEqual(await find(published.id), published);
});

test('a release whose package is deleted meanwhile publishes nothing in the end', async () => {
  const { ports, version, clock, runJobs, find, stored } = await quarantined();
  await releaseVersion(ports, reviewer, version.id, because);
  await deletePackage(ports, ada, version.packageId, { reason: 'over' });
  for (let i = 0; i < 3; i++) {
    await runJobs();
    clock.advance(600);
  }
  assert.equal((await find(version.id)).state, 'deleted');
  assert.deepEqual([await stored('packages'), await stored('quarantine')], [[], []]);
  assert.equal((await ports.packages.find(version.packageId))?.state, 'deleted');
});

test('a release whose content is lost goes back to the reviewers, with the reason', async () => {
  const { ports, version, find } = await quarantined();
  await releaseVersion(ports, reviewer, version.id, because);
  await ports.content.remove(quarantineKey(version.id));
  await assert.rejects(publishReleasedVersion(ports, version.id, calm));
  await giveUpReleasing(ports, version.id, 'the content is not there');
  const { state, reason } = await find(version.id);
  assert.deepEqual(
    [state, reason],
    ['quarantined', 'The release did not come to an end: the content is not there'],
  );
});

test('other bytes than those that were checked are not published, whoever releases them', async () => {
  const { ports, version, find, stored } = await quarantined();
  await releaseVersion(ports, reviewer, version.id, because);
  await ports.content.write(quarantineKey(version.id), Readable.from([Buffer.from('other bytes')]));
  await publishReleasedVersion(ports, version.id, calm);
  const { state, reason } = await find(version.id);
  assert.equal(state, 'quarantined');
  assert.match(reason ?? '', /but those that were checked had/);
  assert.deepEqual(await stored('packages'), []);
  assert.deepEqual(await stored('quarantine'), [version.id]);
});

test('bytes that were never hashed are published only with the digest that was declared', async () => {
  const { ports, submit, find } = await quarantined();
  const declaredDigest = someDigest('what was meant');
  const { id } = await submit(ada, { label: '2.0.0', declaredDigest });
  await giveUpChecking(ports, id, 'its worker died');
  await releaseVersion(ports, reviewer, id, because);
  await publishReleasedVersion(ports, id, calm);
  const { state, reason } = await find(id);
  assert.equal(state, 'quarantined');
  assert.match(reason ?? '', new RegExp(`${declaredDigest} was declared`));
});

test('a reviewer reads files of a case, on record; those of a rejected one are gone', async () => {
  const { ports, version, auditLog } = await quarantined();
  const file = await readCaseFile(ports, reviewer, version.id, 'README.md');
  assert.equal(file.path, 'README.md');
  const [entry] = await auditLog();
  assert.deepEqual([entry?.operation, entry?.subject.id], ['quarantine.read-file', 'README.md']);
  const missing = { code: 'not-found' };
  await assert.rejects(readCaseFile(ports, reviewer, version.id, 'another'), missing);
  await rejectVersion(ports, reviewer, version.id, because);
  await assert.rejects(readCaseFile(ports, reviewer, version.id, 'README.md'), missing);
});

test('a case says since when it waits, and a release that is not done makes it no younger', async () => {
  const { ports, clock, publish, find } = await testPipeline();
  const { id } = await publish(ada, { bytes: 'bad bytes' });
  const since = clock.now();
  assert.deepEqual((await find(id)).review, { since, approval: null });
  clock.advance(3_600);
  await releaseVersion(ports, reviewer, id, { reason: 'It is fine.' });
  await giveUpReleasing(ports, id, 'the content is lost');
  assert.equal((await find(id)).state, 'quarantined');
  assert.deepEqual((await find(id)).review, { since, approval: null });
  await rejectVersion(ports, reviewer, id, { reason: 'It is not.' });
  assert.equal((await find(id)).review, null);
});

test('where a release takes two, one approves and another one confirms, and neither is the uploader', async () => {
  const { ports, version, find, runJobs, auditLog } = await quarantined();
  const strict = { ...ports, review: { secondPerson: true } };
  const uploader = someCaller('ada', { permissions: ['admin'] });
  const second = someCaller('will', { permissions: ['admin'] });
  await assert.rejects(releaseVersion(strict, uploader, version.id, because), { code: 'permission-denied' });
  const approved = await releaseVersion(strict, reviewer, version.id, because);
  assert.deepEqual([approved.state, approved.review?.approval?.userName], ['quarantined', 'vera']);
  await runJobs();
  assert.equal((await find(version.id)).state, 'quarantined');
  for (const caller of [reviewer, uploader]) {
    await assert.rejects(releaseVersion(strict, caller, version.id, because), { code: 'permission-denied' });
  }
  await releaseVersion(strict, second, version.id, { reason: 'I have looked, too.' });
  await runJobs();
  const published = await find(version.id);
  assert.deepEqual([published.state, published.review], ['published', null]);
  const log = (await auditLog()).filter(({ operation }) => operation.startsWith('quarantine.'));
  assert.deepEqual(log.map(({ operation, actor }) => [operation, actor?.userName]).sort(), [
    ['quarantine.approve', 'vera'],
    ['quarantine.release', 'will'],
  ]);
});

test('of two reviewers who approve at once, one does, and the other has to decide anew', async () => {
  const { ports, version } = await quarantined();
  const strict = { ...ports, review: { secondPerson: true } };
  const others = ['vera', 'will'].map((name) => someCaller(name, { permissions: ['admin'] }));
  const outcomes = await Promise.allSettled(
    others.map((caller) => releaseVersion(strict, caller, version.id, because)),
  );
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});
