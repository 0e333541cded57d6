import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertSurvivesDeath } from '../../../test/support/dying-ports.ts';
import { someCaller, someDigest } from '../../../test/support/samples.ts';
import { type TestPipeline, testPipeline, textOf } from '../../../test/support/test-pipeline.ts';
import { packageKey, quarantineKey } from '../content/index.ts';
import { downloadVersion, isServed } from '../gate/index.ts';
import { readPackage, yankVersion } from '../packages/index.ts';
import { recheckContent } from './recheck-content.ts';
import { releaseVersion } from './review-version.ts';
import { sweepVerdicts } from './sweep-verdicts.ts';

const ada = someCaller('ada');
const bob = someCaller('bob');
const admin = someCaller('root', { permissions: ['admin'] });
const calm = new AbortController().signal;

/** Passes by the first version of the rules and fails by the second. */
const bytes = 'late 2';
const digest = someDigest(bytes);

/** Two packages with the same content, one of them with another version besides; then the rules change. */
async function overtaken() {
  const pipeline = await testPipeline();
  const { publish, ports } = pipeline;
  const harmless = await publish(ada, { label: '0.9.0' });
  const first = await publish(ada, { label: '1.0.0', bytes });
  const second = await publish(bob, { packageName: 'copied', label: '3.0.0', bytes });
  ports.examiner.version = 2;
  return { ...pipeline, harmless, first, second };
}

const recheck = (ports: TestPipeline['ports'], since: Date | null = null) =>
  recheckContent(ports, { digest, kind: 'model', since }, calm);

describe('content that fails by newer rules', () => {
  test('takes every version that has it into quarantine, whoever has published it', async () => {
    const { ports, first, second, harmless, find } = await overtaken();
    await recheck(ports);
    for (const { id } of [first, second]) {
      const version = await find(id);
      assert.equal(version.state, 'quarantined');
      assert.match(
        version.reason ?? '',
        /^By newer rules \(test 2 \(model\)\): test\.bad: It says so itself\./,
      );
      assert.equal((await ports.reports.find(id))?.verdict, 'failed');
      assert.equal(await isServed(ports, id), false);
    }
    assert.equal((await find(harmless.id)).state, 'published');
    assert.equal((await readPackage(ports, ada, first.packageId)).latest?.label, '0.9.0');
    assert.equal((await ports.packages.find(second.packageId))?.state, 'hidden');
  });

  test('cannot be downloaded from that moment on, and lies where reviewers find it', async () => {
    const { ports, first, second, runJobs, stored } = await overtaken();
    await recheck(ports);
    const asked = { packageId: first.packageId, label: '1.0.0' };
    await assert.rejects(downloadVersion(ports, ada, asked), { code: 'not-found' });
    await runJobs();
    assert.equal(await ports.content.stat(packageKey(digest)), null);
    for (const { id } of [first, second]) {
      assert.equal(await textOf(await ports.content.read(quarantineKey(id))), bytes);
    }
    assert.deepEqual((await stored('quarantine')).sort(), [first.id, second.id].sort());
  });

  test('is told to whoever has published it, and is on record', async () => {
    const { ports, second, auditLog } = await overtaken();
    await recheck(ports);
    const told = await ports.events.listAfter('bob', null, 50);
    assert.deepEqual(
      told
        .filter(({ versionId }) => versionId === second.id)
        .map(({ kind }) => kind)
        .slice(-1),
      ['version.quarantined'],
    );
    const decisions = (await auditLog()).filter(
      ({ operation, subject }) => operation === 'version.decide' && subject.versionId === second.id,
    );
    assert.ok(decisions.some(({ reason }) => reason?.startsWith('quarantined: By newer rules')));
  });

  test('is quarantined when it is yanked, too', async () => {
    const { ports, first, find } = await overtaken();
    await yankVersion(ports, ada, { packageId: first.packageId, label: '1.0.0', reason: 'broken' });
    await recheck(ports);
    assert.equal((await find(first.id)).state, 'quarantined');
  });

  test('is released as any other, by whoever answers for it, and then stays out', async () => {
    const { ports, first, second, runJobs, find } = await overtaken();
    await recheck(ports);
    await releaseVersion(ports, admin, first.id, { reason: 'I have looked at it.' });
    await runJobs();
    assert.equal((await find(first.id)).state, 'published');
    await recheck(ports, new Date(8.64e15));
    await runJobs();
    assert.equal((await find(first.id)).state, 'published');
    assert.equal((await find(second.id)).state, 'quarantined');
    assert.equal(await textOf(await ports.content.read(packageKey(digest))), bytes);
  });

  test('is released also while it is still on its way into quarantine', async () => {
    const { ports, first, runJobs, find } = await overtaken();
    const content = { ...ports.content, locate: ports.content.locate.bind(ports.content) };
    const stuck = { ...ports, content: { ...content, copy: () => Promise.reject(new Error('too slow')) } };
    await assert.rejects(recheckContent(stuck, { digest, kind: 'model', since: null }, calm), /too slow/);
    await releaseVersion(ports, admin, first.id, { reason: 'I have looked at it.' });
    await runJobs('publish-released-version');
    await recheck(ports);
    await runJobs();
    assert.equal((await find(first.id)).state, 'published');
    assert.equal(await textOf(await ports.content.read(packageKey(digest))), bytes);
  });

  test('is taken in by a new upload of the same bytes as well', async () => {
    const { submit, runJobs, first, second, find } = await overtaken();
    await submit(bob, { packageName: 'another', bytes });
    await runJobs();
    for (const { id } of [first, second]) assert.equal((await find(id)).state, 'quarantined');
  });

  test('ends in the same way whenever the process dies on the way', async () => {
    await assertSurvivesDeath(async () => {
      const pipeline = await overtaken();
      const { ports, first, second, find, runJobs, stored } = pipeline;
      return {
        ports,
        step: (endangered) => recheckContent(endangered, { digest, kind: 'model', since: null }, calm),
        async outcome() {
          await runJobs();
          const versions = await Promise.all([first, second].map(({ id }) => find(id)));
          const told = await ports.events.listAfter(null, null, 50);
          return {
            states: versions.map(({ state }) => state),
            published: (await stored('packages')).length,
            quarantined: (await stored('quarantine')).length,
            held: await ports.holds.isHeld(digest),
            told: told.filter(({ kind }) => kind === 'version.quarantined').length,
            verdicts: (await ports.verdicts.list(digest, { limit: 9 })).items.map(({ ruleSet }) => ruleSet),
          };
        },
      };
    });
  });
});

test('content that passes by newer rules stays out, with a new report and verdict', async () => {
  const { ports, first, find } = await overtaken();
  const other = someDigest('good bytes');
  await recheckContent(ports, { digest: other, kind: 'model', since: null }, calm);
  const { items } = await ports.verdicts.list(other, { limit: 5 });
  assert.deepEqual(
    items.map(({ ruleSet, verdict }) => [ruleSet, verdict]),
    [
      ['test 2 (model)', 'passed'],
      ['test 1 (model)', 'passed'],
    ],
  );
  const { items: versions } = await ports.versions.listByDigest(other, { limit: 5 });
  for (const { id } of versions) assert.equal((await ports.reports.find(id))?.results[0]?.rules, '2');
  assert.equal((await find(first.id)).state, 'published');
});

test('a check that cannot tell leaves everything as it is: the last verdict stays in force', async () => {
  const { ports, first, find } = await overtaken();
  const { examiner } = ports;
  const unsure = {
    rules: () => examiner.rules(),
    examine: async (...asked: Parameters<typeof examiner.examine>) => {
      const examined = await examiner.examine(...asked);
      const results = examined.results.map((result) => ({
        ...result,
        findings: [],
        verdict: 'inconclusive' as const,
        reason: 'It took too long.',
      }));
      return { ...examined, results };
    },
  };
  await recheckContent({ ...ports, examiner: unsure }, { digest, kind: 'model', since: null }, calm);
  assert.equal((await find(first.id)).state, 'published');
  assert.equal((await ports.reports.find(first.id))?.verdict, 'passed');
  assert.equal((await ports.verdicts.lastCompleted(digest))?.ruleSet, 'test 1 (model)');
  assert.equal((await ports.verdicts.find(digest, 'test 2 (model)'))?.verdict, 'inconclusive');
});

test('content that the present rules have judged is not examined again', async () => {
  const { ports } = await overtaken();
  ports.examiner.version = 1;
  ports.examiner.before = Promise.reject(new Error('examined again'));
  ports.examiner.before.catch(() => {});
  await recheck(ports);
  await assert.rejects(recheck(ports, new Date(8.64e15)), /examined again/);
});

test('content that nobody has any more is left alone', async () => {
  const { ports } = await testPipeline();
  await recheck(ports);
  assert.deepEqual((await ports.verdicts.list(digest, { limit: 5 })).items, []);
});

test('packages of another kind are judged by themselves', async () => {
  const { ports, publish, runJobs, find } = await testPipeline();
  const model = await publish(ada, { label: '1.0.0', bytes });
  const dataset = await publish(ada, { kind: 'dataset', packageName: 'rows', bytes });
  ports.examiner.version = 2;
  await recheck(ports);
  assert.equal((await find(model.id)).state, 'quarantined');
  assert.equal((await find(dataset.id)).state, 'published');
  await sweepVerdicts(ports, {}, calm);
  await runJobs();
  assert.equal((await find(dataset.id)).state, 'quarantined');
});
