import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cursorFrom } from '../../src/core/paging.ts';
import { scriptOf, type ValidatorVersion } from '../../src/core/validators/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { someValidator } from '../support/samples.ts';

describeOnEveryEngine('ValidatorStore', (engine) => {
  const append = async (...versions: ValidatorVersion[]) => {
    for (const version of versions) await engine().commit([{ change: 'validator.append', version }]);
  };

  test('the last version is in force, also when it is a removal', async () => {
    const { validators } = engine();
    assert.equal(await validators.last('p1'), null);
    // More than nine, so that numbers are not taken for texts.
    for (let number = 1; number <= 11; number++) {
      const version = someValidator({ number, script: scriptOf('javascript', `exit(${number})`) });
      await append(version, someValidator({ packageId: `p1${number}` }));
      assert.deepEqual(await validators.last('p1'), version);
    }
    const removed = someValidator({ number: 12, script: null });
    await append(removed);
    assert.deepEqual(await validators.last('p1'), removed);
  });

  test('a version is found by its number as it was, with its source whole', async () => {
    const { validators } = engine();
    const source = `"’ünï’ 𝒳 \\ \r\n\t'"\n`.repeat(2_500);
    const [first, second] = [
      someValidator({ script: scriptOf('python', source) }),
      someValidator({ number: 2, script: null }),
    ];
    await append(first, second);
    assert.deepEqual(await validators.find('p1', 1), first);
    assert.deepEqual(await validators.find('p1', 2), second);
    assert.equal(await validators.find('p1', 3), null);
    assert.equal(await validators.find('p2', 1), null);
  });

  test('versions are listed newest first and without their sources, those of no other package', async () => {
    const versions = Array.from({ length: 12 }, (_, i) =>
      someValidator({ number: i + 1, ...(i % 3 === 2 && { script: null }) }),
    );
    await append(...versions, someValidator({ packageId: 'p2' }));
    const listed = versions.toReversed().map(({ script, ...version }) => ({
      ...version,
      script: script && { language: script.language, digest: script.digest },
    }));
    for (const limit of [1, 5, 12, 50]) {
      const seen = await walk((page) => engine().validators.list('p1', page), limit);
      assert.deepEqual(seen, listed, `limit ${limit}`);
    }
    assert.deepEqual(await engine().validators.list('p3', { limit: 5 }), { items: [], next: null });
  });

  test('a cursor with a number that no version can have is refused', async () => {
    await append(someValidator());
    for (const number of [0, -1, 1.5, 1e300]) {
      await assert.rejects(
        engine().validators.list('p1', { limit: 5, after: cursorFrom([number]) }),
        { code: 'invalid-cursor' },
        String(number),
      );
    }
  });

  test('of several who add the same number one succeeds, and is the one that is read', async () => {
    await append(someValidator());
    const contenders = Array.from({ length: 5 }, (_, i) =>
      someValidator({ number: 2, script: scriptOf('python', `pass # ${i}`) }),
    );
    const outcomes = await Promise.allSettled(contenders.map((version) => append(version)));
    const won = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [contenders[i]] : []));
    assert.equal(won.length, 1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'state-conflict');
    }
    assert.deepEqual(await engine().validators.last('p1'), won[0]);
  });
});
