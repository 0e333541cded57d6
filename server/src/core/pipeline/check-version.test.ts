import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSurvivesDeath } from '../../../test/support/dying-ports.ts';
import { someCaller, someDigest } from '../../../test/support/samples.ts';
import { type Sent, type TestPipeline, testPipeline, textOf } from '../../../test/support/test-pipeline.ts';
import { packageKey, quarantineKey } from '../content/index.ts';
import { StorageError } from '../errors.ts';
import { changePackage, deletePackage } from '../packages/index.ts';
import { checkVersion, giveUpChecking } from './check-version.ts';
import { rejectVersion, releaseVersion } from './review-version.ts';

const ada = someCaller('ada');
const admin = someCaller('root', { permissions: ['admin'] });
const calm = new AbortController().signal;

/** All that a decision leaves behind, without the ids and revisions that differ from run to run. */
async function leftBy(pipeline: TestPipeline, versionId: string) {
  const { ports, find, stored, auditLog } = pipeline;
  const { id, packageId, uploadId, revision, ...version } = await find(versionId);
  const pkg = await ports.packages.find(packageId);
  const report = await ports.reports.find(id);
  const log = (await auditLog()).filter(({ operation }) => operation === 'version.decide');
  return {
    version,
    package: { state: pkg?.state, latest: pkg?.latest?.label, description: pkg?.description },
    report: report && { ...report, versionId: '' },
    incoming: await stored('incoming'),
    quarantined: (await stored('quarantine')).map((path) => path === id),
    published: await stored('packages'),
    held: await ports.holds.isHeld(someDigest('good bytes')),
    files: (await ports.files.list(id, undefined, { limit: 10 })).items,
    events: (await ports.events.listAfter('ada', null, 50)).map(({ kind }) => kind),
    decisions: log.map(({ reason, actor }) => [reason, actor]),
    found: (await ports.search.search({ words: 'handbook' }, { limit: 10 })).items.length,
  };
}

test('a version that passes is published: readable, offered, found by its README, with nothing left over', async () => {
  const pipeline = await testPipeline();
  const { ports, clock, submit, find } = pipeline;
  const { id } = await submit(ada);
  clock.advance(60);
  await checkVersion(ports, id, calm);
  const version = await find(id);
  const digest = someDigest('good bytes');
  assert.equal(version.state, 'published');
  assert.equal(version.digest, digest);
  assert.equal(version.reason, null);
  assert.equal(version.license, 'MIT');
  assert.equal(version.summary, 'Holds good bytes');
  assert.deepEqual(version.decidedAt, clock.now());
  assert.deepEqual(version.publishedAt, clock.now());
  assert.equal(await textOf(await ports.content.read(packageKey(digest))), 'good bytes');
  const left = await leftBy(pipeline, id);
  assert.deepEqual(left.package, { state: 'published', latest: '1.0.0', description: 'Holds good bytes' });
  assert.deepEqual(left.incoming, []);
  assert.deepEqual(left.quarantined, []);
  assert.equal(left.held, true);
  assert.equal(left.files.length, 1);
  assert.equal(left.report?.verdict, 'passed');
  assert.deepEqual(left.events, ['upload.completed', 'version.published']);
  assert.deepEqual(left.decisions, [['published', null]]);
  assert.equal(left.found, 1);
});

for (const [what, bytes, verdict, reason] of [
  ['fails', 'bad bytes', 'failed', 'test.bad: It says so itself.'],
  ['is inconclusive', 'odd bytes', 'inconclusive', 'The check test is inconclusive: It is odd.'],
] as const) {
  test(`a version that ${what} is quarantined with the reason, and nothing of it can be seen`, async () => {
    const pipeline = await testPipeline();
    const { ports, submit, find } = pipeline;
    const { id } = await submit(ada, { bytes });
    await checkVersion(ports, id, calm);
    const version = await find(id);
    assert.equal(version.state, 'quarantined');
    assert.equal(version.reason, reason);
    assert.equal(version.digest, someDigest(bytes));
    assert.equal(version.publishedAt, null);
    assert.equal(await textOf(await ports.content.read(quarantineKey(id))), bytes);
    const left = await leftBy(pipeline, id);
    assert.equal(left.package.state, 'hidden');
    assert.equal(left.package.latest, undefined);
    assert.deepEqual(left.incoming, []);
    assert.deepEqual(left.published, []);
    assert.equal(await ports.holds.isHeld(someDigest(bytes)), false);
    assert.equal(left.report?.verdict, verdict);
    assert.deepEqual(left.events, ['upload.completed', 'version.quarantined']);
    assert.equal(left.found, 0);
  });
}

test('bytes with another digest than declared are rejected, kept nowhere, and their label is free again', async () => {
  const pipeline = await testPipeline();
  const { ports, submit, find, publish } = pipeline;
  const declaredDigest = someDigest('other bytes');
  const { id } = await submit(ada, { declaredDigest });
  await checkVersion(ports, id, calm);
  const version = await find(id);
  assert.equal(version.state, 'rejected');
  assert.ok(version.reason?.includes(declaredDigest) && version.reason.includes(someDigest('good bytes')));
  const left = await leftBy(pipeline, id);
  assert.deepEqual([left.incoming, left.quarantined, left.published, left.files], [[], [], [], []]);
  assert.equal(left.report?.verdict, 'failed');
  assert.deepEqual(left.events, ['upload.completed', 'version.rejected']);
  const again = await publish(ada, { declaredDigest: someDigest('good bytes') });
  assert.equal(again.state, 'published');
});

test('bad bytes with another digest than declared are not even kept for reviewers', async () => {
  const { publish, stored } = await testPipeline();
  const version = await publish(ada, { bytes: 'bad bytes', declaredDigest: someDigest('other') });
  assert.equal(version.state, 'rejected');
  assert.deepEqual(await stored('quarantine'), []);
});

test('a lower version does not take the place of a higher one, neither as latest nor in search', async () => {
  const { ports, publish } = await testPipeline();
  const first = await publish(ada, { label: '2.0.0', bytes: 'newer' });
  await publish(ada, { label: '1.9.0', bytes: 'older' });
  await publish(ada, { label: '2.0.0-rc.1', bytes: 'unripe' });
  const pkg = await ports.packages.find(first.packageId);
  assert.deepEqual(pkg?.latest, { versionId: first.id, label: '2.0.0' });
  assert.equal(pkg?.description, 'Holds newer');
  const found = async (words: string) => (await ports.search.search({ words }, { limit: 10 })).items.length;
  assert.deepEqual([await found('newer'), await found('older'), await found('unripe')], [1, 0, 0]);
  assert.equal(await found('newest'), 0);
  const last = await publish(ada, { label: '2.0.1', bytes: 'newest' });
  assert.deepEqual((await ports.packages.find(first.packageId))?.latest?.versionId, last.id);
  assert.equal(await found('newest'), 1);
});

test('a description follows the latest version until somebody writes one', async () => {
  const { ports, publish } = await testPipeline();
  const described = async (bytes: string, label: string) => {
    const { packageId } = await publish(ada, { label, bytes });
    return (await ports.packages.find(packageId))?.description;
  };
  assert.equal(await described('one', '1.0.0'), 'Holds one');
  assert.equal(await described('two', '2.0.0'), 'Holds two');
  assert.equal(await described('old', '1.0.1'), 'Holds two');
  const pkg = await ports.packages.findByName('model', 'tokenizer');
  await changePackage(ports, ada, pkg?.id ?? '', { description: 'Splits words.' });
  assert.equal(await described('three', '3.0.0'), 'Splits words.');
});

test('two versions that are decided at once are both published, and the higher one is the latest', async () => {
  const { ports, submit, runJobs, find, clock } = await testPipeline();
  const versions = [
    await submit(ada, { label: '2.0.0', bytes: 'one' }),
    await submit(ada, { label: '1.0.0', bytes: 'two' }),
  ];
  const outcomes = await Promise.allSettled(versions.map(({ id }) => checkVersion(ports, id, calm)));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'state-conflict');
  }
  clock.advance(60);
  await runJobs('check-version');
  for (const { id } of versions) assert.equal((await find(id)).state, 'published');
  const pkg = await ports.packages.find(versions[0]?.packageId ?? '');
  assert.equal(pkg?.latest?.label, '2.0.0');
});

test('two versions with the same bytes share one content', async () => {
  const { publish, stored } = await testPipeline();
  await publish(ada, { label: '1.0.0' });
  await publish(ada, { label: '1.0.1' });
  await publish(someCaller('bob'), { packageName: 'another' });
  assert.equal((await stored('packages')).length, 1);
});

test('a check that is told to stop decides nothing and loses nothing', async () => {
  const { ports, submit, find, stored } = await testPipeline();
  const version = await submit(ada);
  const stopped = AbortSignal.abort(new Error('the lease is lost'));
  await assert.rejects(checkVersion(ports, version.id, stopped), /the lease is lost/);
  assert.deepEqual(await find(version.id), version);
  assert.deepEqual(await stored('incoming'), [version.uploadId]);
  assert.deepEqual(await stored('packages'), []);
});

test('of two workers that check a version at once one decides, and nothing is lost', async () => {
  const { ports, submit, find, stored } = await testPipeline();
  const { id } = await submit(ada);
  const outcomes = await Promise.allSettled([
    checkVersion(ports, id, calm),
    checkVersion(ports, id, calm),
    checkVersion(ports, id, calm),
  ]);
  assert.ok(outcomes.some(({ status }) => status === 'fulfilled'));
  await checkVersion(ports, id, calm);
  assert.equal((await find(id)).state, 'published');
  assert.equal((await stored('packages')).length, 1);
  assert.deepEqual(await stored('incoming'), []);
});

test('checking what is decided, or not there, changes nothing', async () => {
  const pipeline = await testPipeline();
  const { ports, publish } = pipeline;
  const version = await publish(ada);
  const before = await leftBy(pipeline, version.id);
  await checkVersion(ports, version.id, calm);
  await giveUpChecking(ports, version.id, 'too late');
  await checkVersion(ports, 'another', calm);
  await giveUpChecking(ports, 'another', 'too late');
  assert.deepEqual(await leftBy(pipeline, version.id), before);
});

const sent: readonly [what: string, sent: Sent][] = [
  ['passes', { bytes: 'good bytes' }],
  ['fails', { bytes: 'bad bytes' }],
  ['is inconclusive', { bytes: 'odd bytes' }],
  ['has another digest', { declaredDigest: someDigest('other') }],
];
for (const [what, given] of sent) {
  test(`wherever the process dies, a version that ${what} is decided as if it had not`, async () => {
    await assertSurvivesDeath(async () => {
      const pipeline = await testPipeline();
      const { id } = await pipeline.submit(ada, given);
      return {
        ports: pipeline.ports,
        step: (ports) => checkVersion(ports, id, calm),
        outcome: () => leftBy(pipeline, id),
      };
    });
  });
}

test('a check that never comes to its end leaves the version in quarantine, with the failure', async () => {
  const pipeline = await testPipeline();
  const { ports, submit, find } = pipeline;
  const { id } = await submit(ada);
  await giveUpChecking(ports, id, 'the disk is on fire');
  const version = await find(id);
  assert.equal(version.state, 'quarantined');
  assert.ok(version.reason?.endsWith('the disk is on fire'));
  assert.equal(version.digest, null);
  const left = await leftBy(pipeline, id);
  assert.equal(left.report?.verdict, 'inconclusive');
  assert.deepEqual([left.incoming, left.quarantined, left.published], [[], [true], []]);
});

test('giving up, too, survives the death of the process', async () => {
  await assertSurvivesDeath(async () => {
    const pipeline = await testPipeline();
    const { id } = await pipeline.submit(ada);
    return {
      ports: pipeline.ports,
      step: (ports) => giveUpChecking(ports, id, 'it is hopeless'),
      outcome: () => leftBy(pipeline, id),
    };
  });
});

test('a version whose bytes are lost is quarantined too, rather than pending for ever', async () => {
  const { ports, submit, find, stored } = await testPipeline();
  const { id, uploadId } = await submit(ada);
  await ports.content.remove({ area: 'incoming', path: uploadId });
  await assert.rejects(checkVersion(ports, id, calm), StorageError);
  await giveUpChecking(ports, id, 'the content is not there');
  assert.equal((await find(id)).state, 'quarantined');
  assert.deepEqual(await stored('quarantine'), []);
});

for (const [what, end] of [
  [
    'rejected',
    async (ports: TestPipeline['ports'], id: string) =>
      rejectVersion(ports, admin, id, { reason: 'It is harmful.' }),
  ],
  [
    'deleted with its package',
    async (ports: TestPipeline['ports'], id: string) => {
      const version = await ports.versions.find(id);
      await deletePackage(ports, admin, version?.packageId ?? '', { reason: 'over' });
    },
  ],
] as const) {
  test(`content that was promoted before the check gave up goes when the version is ${what}`, async () => {
    const { ports, submit, runJobs, stored } = await testPipeline();
    const { id } = await submit(ada);
    const dying = {
      ...ports,
      files: { put: () => Promise.reject(new Error('the process dies')) },
    };
    await assert.rejects(checkVersion(dying, id, calm), /dies/);
    assert.equal((await stored('packages')).length, 1);
    await giveUpChecking(ports, id, 'it died too often');
    await end(ports, id);
    await runJobs();
    assert.deepEqual(await stored('packages'), []);
    assert.deepEqual(await stored('quarantine'), []);
    assert.equal(await ports.holds.isHeld(someDigest('good bytes')), false);
  });
}

test('content that was promoted before the check gave up is published when the version is released', async () => {
  const { ports, submit, runJobs, find, stored } = await testPipeline();
  const { id } = await submit(ada);
  const dying = { ...ports, files: { put: () => Promise.reject(new Error('the process dies')) } };
  await assert.rejects(checkVersion(dying, id, calm), /dies/);
  await giveUpChecking(ports, id, 'it died too often');
  await releaseVersion(ports, admin, id, { reason: 'I have looked at it.' });
  await runJobs();
  assert.equal((await find(id)).state, 'published');
  assert.equal((await stored('packages')).length, 1);
  assert.deepEqual(await stored('quarantine'), []);
});

test('a version whose package is deleted while it is checked goes with the package', async () => {
  const { ports, clock, submit, publish, runJobs, find, stored } = await testPipeline();
  const first = await publish(ada, { label: '1.0.0', bytes: 'first' });
  const late = await submit(ada, { label: '2.0.0', bytes: 'late' });
  const bad = await submit(ada, { label: '3.0.0', bytes: 'bad' });
  await deletePackage(ports, ada, first.packageId, { reason: 'over' });
  await runJobs('delete-package');
  await runJobs('check-version');
  for (let i = 0; i < 3; i++) {
    clock.advance(600);
    await runJobs();
  }
  for (const { id } of [first, late, bad]) assert.equal((await find(id)).state, 'deleted');
  for (const area of ['incoming', 'packages', 'quarantine'] as const)
    assert.deepEqual(await stored(area), []);
  assert.equal((await ports.packages.find(first.packageId))?.state, 'deleted');
});

test('nothing of a version is readable before it is decided, whatever goes on meanwhile', async () => {
  const { ports, submit, stored } = await testPipeline();
  const { promise, resolve } = Promise.withResolvers<void>();
  ports.examiner.before = promise;
  const version = await submit(ada);
  const checking = checkVersion(ports, version.id, calm);
  await new Promise(setImmediate);
  assert.deepEqual(await stored('packages'), []);
  assert.equal((await ports.packages.find(version.packageId))?.latest, null);
  assert.deepEqual(
    (await ports.versions.list(version.packageId, { states: ['published', 'yanked'] }, { limit: 10 })).items,
    [],
  );
  resolve();
  await checking;
  assert.equal((await stored('packages')).length, 1);
});
