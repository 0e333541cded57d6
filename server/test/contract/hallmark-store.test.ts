import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hallmark } from '../../src/core/hallmarks/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { someHallmark } from '../support/samples.ts';

describeOnEveryEngine('HallmarkStore', (engine) => {
  const append = async (...hallmarks: Hallmark[]) => {
    for (const hallmark of hallmarks) await engine().commit([{ change: 'hallmark.append', hallmark }]);
  };

  test('the hallmarks of a version are listed as they were, newest first, and those of no other', async () => {
    const { hallmarks } = engine();
    const some = Array.from({ length: 5 }, (_, i) => someHallmark({ envelope: `{"number":${i}}` }));
    await append(...some, someHallmark({ versionId: 'v2' }));
    for (const limit of [1, 2, 5, 50]) {
      const seen = await walk((page) => hallmarks.list('v1', page), limit);
      assert.deepEqual(seen, some.toReversed(), `limit ${limit}`);
    }
    assert.deepEqual(await hallmarks.list('unknown', { limit: 5 }), { items: [], next: null });
  });

  test('the latest hallmark is the newest of its version; a version without one has none', async () => {
    const { hallmarks } = engine();
    const [first, second] = [someHallmark(), someHallmark()];
    assert.equal(await hallmarks.latest('v1'), null);
    await append(first, someHallmark({ versionId: 'v2' }));
    assert.deepEqual(await hallmarks.latest('v1'), first);
    await append(second, someHallmark({ versionId: 'v0' }));
    assert.deepEqual(await hallmarks.latest('v1'), second);
  });

  test('an envelope of the largest size comes back to the byte', async () => {
    const envelope = JSON.stringify({ payload: 'é"\\🦊'.repeat(12_000) });
    const hallmark = someHallmark({ envelope });
    await append(hallmark);
    assert.deepEqual(await engine().hallmarks.latest('v1'), hallmark);
  });

  test('a hallmark comes with the changes it belongs to, or not at all', async () => {
    const changes = [
      { change: 'hallmark.append', hallmark: someHallmark() },
      { change: 'job.revive', jobId: 'unknown', runAt: new Date() },
    ] as const;
    await assert.rejects(engine().commit(changes), { code: 'state-conflict' });
    assert.equal(await engine().hallmarks.latest('v1'), null);
  });
});
