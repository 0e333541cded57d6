import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller, someDigest, someRememberedFile } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { yankVersion } from '../packages/index.ts';
import { sweepVerdicts } from './sweep-verdicts.ts';

const ada = someCaller('ada');
const calm = new AbortController().signal;

async function published(count: number) {
  const pipeline = await testPipeline();
  for (let i = 0; i < count; i++) await pipeline.publish(ada, { label: `1.0.${i}`, bytes: `bytes ${i}` });
  const judgedBy = async (ruleSet: string) => {
    const found = Array.from({ length: count }, (_, i) =>
      pipeline.ports.verdicts.find(someDigest(`bytes ${i}`), ruleSet),
    );
    return (await Promise.all(found)).filter((verdict) => verdict !== null).length;
  };
  const sweep = () => sweepVerdicts(pipeline.ports, {}, calm);
  return { ...pipeline, judgedBy, sweep };
}

test('when the rules change, all published and yanked content is checked again, in pages, at the allowed rate', async () => {
  const { ports, clock, runJobs, judgedBy, sweep, find } = await published(45);
  const { items } = await ports.versions.listByDigest(someDigest('bytes 44'), { limit: 1 });
  const [last] = items;
  assert.ok(last);
  await yankVersion(ports, ada, { packageId: last.packageId, label: last.label, reason: 'broken' });
  ports.examiner.version = 2;
  await sweep();
  await runJobs();
  assert.equal(await judgedBy('test 2 (model)'), 20);
  // 20 of 600 an hour are two minutes.
  clock.advance(119);
  await runJobs();
  assert.equal(await judgedBy('test 2 (model)'), 20);
  for (const many of [40, 44, 45]) {
    clock.advance(120);
    await runJobs();
    assert.equal(await judgedBy('test 2 (model)'), many);
  }
  assert.equal((await find(last.id)).state, 'yanked');
});

test('what the present rules have judged is not queued', async () => {
  const { ports, sweep } = await published(3);
  await sweep();
  assert.deepEqual(
    await ports.jobs.lease(['recheck-content', 'sweep-verdicts'], ports.clock.now(), 1_000),
    null,
  );
});

test('sweeps that meet become one', async () => {
  const { ports, clock, runJobs, sweep } = await published(25);
  ports.examiner.version = 2;
  for (let i = 0; i < 3; i++) await sweep();
  await runJobs('recheck-content');
  clock.advance(120);
  const leased = () => ports.jobs.lease(['sweep-verdicts'], clock.now(), 1_000);
  assert.notEqual(await leased(), null);
  assert.equal(await leased(), null);
});

test('a sweep for rules that are not the present ones any more ends', async () => {
  const { ports, runJobs, judgedBy } = await published(3);
  ports.examiner.version = 3;
  await sweepVerdicts(ports, { ruleSet: 'test 2', state: 'published' }, calm);
  await runJobs();
  assert.equal(await judgedBy('test 3 (model)'), 0);
});

test('nothing is checked again where that is switched off', async () => {
  const { ports, runJobs, judgedBy } = await published(3);
  ports.examiner.version = 2;
  await sweepVerdicts({ ...ports, recheckPerHour: 0 }, {}, calm);
  await runJobs();
  assert.equal(await judgedBy('test 2 (model)'), 0);
});

test('a version that came out while others with its content failed is found', async () => {
  const { ports, publish, runJobs, find } = await testPipeline();
  const bytes = 'late 2';
  ports.examiner.version = 2;
  await publish(ada, { label: '1.0.0', bytes });
  await runJobs();
  // By a worker that has not had the new rules yet.
  ports.examiner.version = 1;
  const { id } = await publish(ada, { label: '2.0.0', bytes });
  assert.equal((await find(id)).state, 'published');
  ports.examiner.version = 2;
  await sweepVerdicts(ports, {}, calm);
  await runJobs();
  assert.equal((await find(id)).state, 'quarantined');
});

test('a sweep has what was found in files forgotten at its end, also where nothing is checked again', async () => {
  const { ports, clock } = await published(0);
  const now = clock.now().getTime();
  const ended = someRememberedFile({ hint: someDigest('ended'), until: new Date(now) });
  const kept = someRememberedFile({ hint: someDigest('kept'), until: new Date(now + 1) });
  await ports.rememberedFiles.put([ended, kept]);
  await sweepVerdicts({ ...ports, recheckPerHour: 0 }, {}, calm);
  const before = { ruleSet: 'rules', at: new Date(0) };
  assert.deepEqual(await ports.rememberedFiles.find([ended.hint, kept.hint], before), [kept]);
});
