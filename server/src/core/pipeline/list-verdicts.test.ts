import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller, someDigest, someVerdict } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { giveUpChecking } from './check-version.ts';
import { listVerdicts } from './list-verdicts.ts';

const ada = someCaller('ada');
const page = { limit: 50 };

test('every decision leaves a verdict on the content, with the rules it was made by', async () => {
  const { ports, publish } = await testPipeline();
  for (const [label, bytes, verdict] of [
    ['1.0.0', 'good bytes', 'passed'],
    ['1.0.1', 'bad bytes', 'failed'],
    ['1.0.2', 'odd bytes', 'inconclusive'],
  ] as const) {
    await publish(ada, { label, bytes });
    const { items } = await ports.verdicts.list(someDigest(bytes), page);
    assert.deepEqual(
      items.map((item) => [item.verdict, item.ruleSet, item.checks.map(({ check }) => check)]),
      [[verdict, 'test 1 (model)', ['test']]],
    );
  }
});

test('a check that gave up is no verdict on content', async () => {
  const { ports, submit, find } = await testPipeline();
  const { id } = await submit(ada);
  await giveUpChecking(ports, id, 'crashed');
  assert.equal((await find(id)).state, 'quarantined');
  assert.deepEqual((await ports.verdicts.list(someDigest('good bytes'), page)).items, []);
});

test('readers of a version see its verdicts, and which of them is in force', async () => {
  const { ports, publish } = await testPipeline();
  const { packageId, digest } = await publish(ada);
  const unsure = someVerdict({ digest: digest ?? '', verdict: 'inconclusive' });
  await ports.commit([{ change: 'verdict.append', verdict: unsure }]);
  const { items } = await listVerdicts(ports, ada, { packageId, ...page });
  assert.deepEqual(
    items.map(({ verdict, inForce }) => [verdict, inForce]),
    [
      ['inconclusive', false],
      ['passed', true],
    ],
  );
  await publish(ada, { label: '2.0.0', bytes: 'bad bytes' });
  await assert.rejects(listVerdicts(ports, ada, { packageId, label: '2.0.0', ...page }), {
    code: 'not-found',
  });
});
