import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOnEveryEngine } from '../support/engines.ts';
import { someDigest } from '../support/samples.ts';

const [digest, other] = [someDigest('one'), someDigest('other')];

describeOnEveryEngine('ContentHolds', (engine) => {
  const hold = (versionId: string, held = digest) =>
    engine().commit([{ change: 'content.hold', digest: held, versionId }]);
  const release = (versionId: string) => engine().commit([{ change: 'content.release', digest, versionId }]);
  const claim = (claimed = digest) => engine().holds.claimRemoval(claimed);

  test('content is removed only when the last version has let go of it', async () => {
    await hold('v1');
    await hold('v2');
    assert.equal(await claim(), false);
    await release('v1');
    assert.equal(await claim(), false);
    await release('v2');
    assert.equal(await claim(), true);
  });

  test('content is held from the first hold to the last release, also while nobody removes it', async () => {
    const { holds } = engine();
    assert.equal(await holds.isHeld(digest), false);
    await hold('v1');
    await hold('v2');
    assert.equal(await holds.isHeld(digest), true);
    assert.equal(await holds.isHeld(other), false);
    await release('v1');
    assert.equal(await holds.isHeld(digest), true);
    await release('v2');
    assert.equal(await holds.isHeld(digest), false);
    await claim();
    assert.equal(await holds.isHeld(digest), false);
  });

  test('holding twice is holding, and letting go once is enough', async () => {
    await hold('v1');
    await hold('v1');
    assert.equal(await claim(), false);
    await release('v1');
    assert.equal(await claim(), true);
  });

  test('letting go of what one does not hold changes nothing', async () => {
    await hold('v1');
    await release('v2');
    await release('v2');
    assert.equal(await claim(), false);
  });

  test('a refused claim does not keep others from holding', async () => {
    await hold('v1');
    assert.equal(await claim(), false);
    await hold('v2');
  });

  test('nobody can hold content while it is being removed, also nobody who held it before', async () => {
    await hold('v1');
    await release('v1');
    assert.equal(await claim(), true);
    await assert.rejects(hold('v1'), { code: 'unavailable' });
    await assert.rejects(hold('v2'), { code: 'unavailable' });
    await engine().holds.forgetRemoval(digest);
    await hold('v2');
    assert.equal(await claim(), false);
  });

  test('an interrupted removal goes on: claiming again is granted again', async () => {
    assert.equal(await claim(), true);
    assert.equal(await claim(), true);
    await assert.rejects(hold('v1'), { code: 'unavailable' });
    await engine().holds.forgetRemoval(digest);
    await engine().holds.forgetRemoval(digest);
    await hold('v1');
  });

  test('digests do not concern each other', async () => {
    await hold('v1');
    assert.equal(await claim(other), true);
    await hold('v2');
    await assert.rejects(hold('v1', other), { code: 'unavailable' });
    await engine().holds.forgetRemoval(digest);
    await assert.rejects(hold('v1', other), { code: 'unavailable' });
  });

  test('whoever holds and whoever removes at once: never both', async () => {
    for (let round = 0; round < 5; round++) {
      const contested = someDigest(`round ${round}`);
      const claims: Promise<boolean>[] = [];
      const holds: Promise<boolean>[] = [];
      for (let i = 0; i < 50; i++) {
        // Each round begins with the other side.
        if ((i + round) % 2 === 0) claims.push(claim(contested));
        else
          holds.push(
            hold(`v${i}`, contested).then(
              () => true,
              () => false,
            ),
          );
      }
      const granted = (await Promise.all(claims)).filter(Boolean).length;
      const held = (await Promise.all(holds)).filter(Boolean).length;
      assert.ok(granted === 0 || held === 0, `${granted} claims and ${held} holds were granted`);
      assert.ok(granted + held > 0);
      assert.equal(await claim(contested), held === 0);
    }
  });
});
