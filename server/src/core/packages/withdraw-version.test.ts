import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { readVersion } from './read-package.ts';
import { deleteVersion, unyankVersion, yankVersion } from './withdraw-version.ts';

const [ada, bob] = [someCaller('ada'), someCaller('bob')];
const reason = 'The weights were swapped.';

/** A package with the published versions 1.0.0, 1.1.0 and 2.0.0-rc.1, each with content of its own. */
async function publishedVersions() {
  const pipeline = await testPipeline();
  const { ports, publish } = pipeline;
  const versions = [];
  for (const label of ['1.0.0', '1.1.0', '2.0.0-rc.1']) {
    versions.push(await publish(ada, { label, bytes: `bytes of ${label}` }));
  }
  const packageId = versions[0]?.packageId ?? '';
  const pkg = async () => {
    const found = await ports.packages.find(packageId);
    return [found?.state, found?.latest?.label ?? null];
  };
  const found = async () => (await ports.search.search({ words: 'tokenizer' }, { limit: 10 })).items.length;
  const asked = (label: string) => ({ packageId, label, reason });
  return { ...pipeline, packageId, versions, pkg, found, asked };
}

test('yanking the latest version makes the one below it the latest, and taking it back undoes that', async () => {
  const { ports, pkg, asked, found } = await publishedVersions();
  assert.deepEqual(await pkg(), ['published', '2.0.0-rc.1']);
  const yanked = await yankVersion(ports, ada, asked('2.0.0-rc.1'));
  assert.equal(yanked.state, 'yanked');
  assert.equal(yanked.reason, reason);
  assert.deepEqual(await pkg(), ['published', '1.1.0']);
  await yankVersion(ports, ada, asked('1.0.0'));
  assert.deepEqual(await pkg(), ['published', '1.1.0'], 'a lower one changes nothing');
  await yankVersion(ports, ada, asked('1.1.0'));
  assert.deepEqual(await pkg(), ['yanked', null]);
  assert.equal(await found(), 0);
  await unyankVersion(ports, ada, asked('1.0.0'));
  assert.deepEqual(await pkg(), ['published', '1.0.0']);
  assert.equal(await found(), 1);
  await unyankVersion(ports, ada, asked('2.0.0-rc.1'));
  assert.deepEqual(await pkg(), ['published', '2.0.0-rc.1']);
});

test('deleting goes down to the next version, then to yanked ones, then hides the package', async () => {
  const { ports, pkg, asked, found } = await publishedVersions();
  await yankVersion(ports, ada, asked('1.0.0'));
  await deleteVersion(ports, ada, asked('2.0.0-rc.1'));
  assert.deepEqual(await pkg(), ['published', '1.1.0']);
  await deleteVersion(ports, ada, asked('1.1.0'));
  assert.deepEqual(await pkg(), ['yanked', null]);
  await deleteVersion(ports, ada, asked('1.0.0'));
  assert.deepEqual(await pkg(), ['hidden', null]);
  assert.equal(await found(), 0);
});

test('a hidden package whose versions are deleted is offered again by the next one', async () => {
  const { ports, pkg, asked, publish, found } = await publishedVersions();
  for (const label of ['1.0.0', '1.1.0', '2.0.0-rc.1']) await deleteVersion(ports, ada, asked(label));
  await publish(ada, { label: '0.1.0' });
  assert.deepEqual(await pkg(), ['published', '0.1.0']);
  assert.equal(await found(), 1);
});

test('whoever names a yanked version still gets it; nobody gets a deleted one', async () => {
  const { ports, packageId, asked } = await publishedVersions();
  await yankVersion(ports, ada, asked('1.1.0'));
  assert.equal((await readVersion(ports, bob, packageId, '1.1.0')).version.state, 'yanked');
  await deleteVersion(ports, ada, asked('1.1.0'));
  await assert.rejects(readVersion(ports, bob, packageId, '1.1.0'), { code: 'not-found' });
});

test('the label of a deleted version is not free again', async () => {
  const { ports, asked, begin } = await publishedVersions();
  await deleteVersion(ports, ada, asked('1.1.0'));
  await assert.rejects(begin(ada, { label: '1.1.0' }), { code: 'version-exists' });
});

test('a deleted version’s content goes, that of the others stays', async () => {
  const { ports, asked, runJobs, stored } = await publishedVersions();
  await deleteVersion(ports, ada, asked('1.1.0'));
  assert.equal((await stored('packages')).length, 3);
  await runJobs();
  assert.equal((await stored('packages')).length, 2);
});

test('each step is told to the owner and on record with its reason', async () => {
  const { ports, asked, auditLog } = await publishedVersions();
  await yankVersion(ports, ada, asked('1.0.0'));
  await unyankVersion(ports, ada, { ...asked('1.0.0'), reason: '  They were the right ones.  ' });
  await deleteVersion(ports, ada, asked('1.0.0'));
  const kinds = (await ports.events.listAfter('ada', null, 50)).map(({ kind }) => kind);
  assert.deepEqual(kinds.slice(-3), ['version.yanked', 'version.unyanked', 'version.deleted']);
  assert.deepEqual(
    (await auditLog())
      .slice(0, 3)
      .map((entry) => [entry.operation, entry.reason, entry.subject.versionLabel]),
    [
      ['version.delete', reason, '1.0.0'],
      ['version.unyank', 'They were the right ones.', '1.0.0'],
      ['version.yank', reason, '1.0.0'],
    ],
  );
});

test('only maintainers withdraw versions', async () => {
  const { ports, asked, versions, find } = await publishedVersions();
  for (const withdraw of [yankVersion, unyankVersion, deleteVersion]) {
    await assert.rejects(withdraw(ports, bob, asked('1.0.0')), { code: 'permission-denied' });
  }
  const [first] = versions;
  assert.ok(first);
  assert.deepEqual(await find(first.id), first);
});

test('a version is withdrawn only from a state that allows it, and with a reason', async () => {
  const { ports, asked, publish } = await publishedVersions();
  await assert.rejects(unyankVersion(ports, ada, asked('1.0.0')), { code: 'state-conflict' });
  await yankVersion(ports, ada, asked('1.0.0'));
  await assert.rejects(yankVersion(ports, ada, asked('1.0.0')), { code: 'state-conflict' });
  await publish(ada, { label: '3.0.0', bytes: 'bad bytes' });
  for (const label of ['3.0.0', '9.9.9']) {
    await assert.rejects(yankVersion(ports, ada, asked(label)), {
      code: 'not-found',
      detail: `There is no version of tokenizer "${label}".`,
    });
  }
  await assert.rejects(yankVersion(ports, ada, asked('latest')), { code: 'label-invalid' });
  for (const poor of ['', ' no ', 'x'.repeat(1_001)]) {
    await assert.rejects(yankVersion(ports, ada, { ...asked('1.1.0'), reason: poor }), {
      code: 'invalid-request',
      detail: /3 to 1,000/,
    });
  }
});

test('steps that meet leave the latest version right: one of them is refused and can be repeated', async () => {
  const { ports, asked, pkg, submit, runJobs, clock } = await publishedVersions();
  await submit(ada, { label: '3.0.0' });
  const outcomes = await Promise.allSettled([
    yankVersion(ports, ada, asked('2.0.0-rc.1')),
    deleteVersion(ports, ada, asked('1.1.0')),
    runJobs('check-version'),
  ]);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'state-conflict');
  }
  clock.advance(60);
  await runJobs();
  const published = await ports.versions.list(asked('').packageId, { states: ['published'] }, { limit: 1 });
  assert.deepEqual(await pkg(), ['published', published.items[0]?.label]);
  assert.equal(published.items[0]?.label, '3.0.0');
});
