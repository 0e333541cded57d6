import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyVersion } from '../../src/core/gate/index.ts';
import { cursorFrom } from '../../src/core/paging.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { somePolicies } from '../support/samples.ts';

describeOnEveryEngine('PolicyStore', (engine) => {
  const append = async (...versions: PolicyVersion[]) => {
    for (const version of versions) await engine().commit([{ change: 'policy.append', version }]);
  };

  test('the version that was added last is in force, also when it has no policy', async () => {
    const { policies } = engine();
    assert.equal(await policies.last(), null);
    // More than nine, so that numbers are not taken for texts.
    for (let number = 1; number <= 11; number++) {
      const version = somePolicies({ number, text: number % 2 === 0 ? '' : `// ${number}` });
      await append(version);
      assert.deepEqual(await policies.last(), version);
    }
  });

  test('a version is found by its number as it was, with its text whole', async () => {
    const { policies } = engine();
    const text = `// "’ünï’ 𝒳 \\ \r\n\t'"\n`.repeat(10_000);
    const version = somePolicies({ text, reason: 'It’s 🦊' });
    await append(version, somePolicies({ number: 2 }));
    assert.deepEqual(await policies.find(1), version);
    assert.equal(await policies.find(3), null);
  });

  test('versions are listed newest first and without their texts', async () => {
    const versions = Array.from({ length: 12 }, (_, i) =>
      somePolicies({ number: i + 1, reason: `for ${i}` }),
    );
    await append(...versions);
    const listed = versions.toReversed().map(({ text: _, ...version }) => version);
    for (const limit of [1, 5, 12, 50]) {
      const seen = await walk((page) => engine().policies.list(page), limit);
      assert.deepEqual(seen, listed, `limit ${limit}`);
    }
  });

  test('a cursor with a number that no version can have is refused', async () => {
    await append(somePolicies());
    for (const number of [0, -1, 1.5, 1e300]) {
      const page = { limit: 5, after: cursorFrom([number]) };
      await assert.rejects(engine().policies.list(page), { code: 'invalid-cursor' }, String(number));
    }
  });

  test('of several who add the same number one succeeds, and is the one that is read', async () => {
    await append(somePolicies());
    const contenders = Array.from({ length: 5 }, (_, i) => somePolicies({ number: 2, text: `// ${i}` }));
    const outcomes = await Promise.allSettled(contenders.map((version) => append(version)));
    const won = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [contenders[i]] : []));
    assert.equal(won.length, 1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'state-conflict');
    }
    assert.deepEqual(await engine().policies.last(), won[0]);
  });
});
