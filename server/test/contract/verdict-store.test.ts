import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContentVerdict } from '../../src/core/pipeline/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { someDigest, someVerdict } from '../support/samples.ts';

const [digest, other] = [someDigest('one'), someDigest('other')];

describeOnEveryEngine('VerdictStore', (engine) => {
  const append = async (...verdicts: ContentVerdict[]) => {
    for (const verdict of verdicts) await engine().commit([{ change: 'verdict.append', verdict }]);
  };

  test('the verdicts on content are listed as they were, newest first, and those on no other', async () => {
    const verdicts = Array.from({ length: 5 }, (_, i) => someVerdict({ digest, ruleSet: `archive ${i}` }));
    await append(...verdicts, someVerdict({ digest: other }));
    for (const limit of [1, 2, 5, 50]) {
      const seen = await walk((page) => engine().verdicts.list(digest, page), limit);
      assert.deepEqual(seen, verdicts.toReversed(), `limit ${limit}`);
    }
    assert.deepEqual(await engine().verdicts.list(someDigest('unknown'), { limit: 5 }), {
      items: [],
      next: null,
    });
  });

  test('a verdict is found by the rules it was made by, the newest of several', async () => {
    const [first, second] = [someVerdict({ digest, verdict: 'inconclusive' }), someVerdict({ digest })];
    await append(first, second, someVerdict({ digest, ruleSet: 'archive 2, formats 1' }));
    assert.deepEqual(await engine().verdicts.find(digest, first.ruleSet), second);
    assert.equal(await engine().verdicts.find(digest, 'archive 3'), null);
    assert.equal(await engine().verdicts.find(other, first.ruleSet), null);
  });

  test('an inconclusive verdict never takes the place of the one in force', async () => {
    const { verdicts } = engine();
    const unsure = () => someVerdict({ digest, verdict: 'inconclusive' });
    await append(unsure());
    assert.equal(await verdicts.lastCompleted(digest), null);
    const passed = someVerdict({ digest });
    await append(passed, ...Array.from({ length: 25 }, unsure));
    assert.deepEqual(await verdicts.lastCompleted(digest), passed);
    const failed = someVerdict({ digest, verdict: 'failed' });
    await append(failed, unsure());
    assert.deepEqual(await verdicts.lastCompleted(digest), failed);
    assert.equal(await verdicts.lastCompleted(other), null);
  });

  test('a verdict comes with the changes it belongs to, or not at all', async () => {
    const changes = [
      { change: 'verdict.append', verdict: someVerdict({ digest }) },
      { change: 'job.revive', jobId: 'unknown', runAt: new Date() },
    ] as const;
    await assert.rejects(engine().commit(changes), { code: 'state-conflict' });
    assert.deepEqual((await engine().verdicts.list(digest, { limit: 5 })).items, []);
  });
});
