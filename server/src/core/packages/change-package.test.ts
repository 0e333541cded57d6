import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import { changePackage } from './change-package.ts';
import { unyankVersion, yankVersion } from './withdraw-version.ts';

const ada = someCaller('ada', { groupIds: ['makers'] });
const admin = someCaller('root', { permissions: ['admin'] });

async function publishedPackage() {
  const pipeline = await testPipeline();
  for (const id of ['makers', 'others']) {
    const group = { id, name: id, description: '', createdAt: pipeline.clock.now() };
    await pipeline.ports.commit([{ change: 'group.insert', group }]);
  }
  const { packageId, label } = await pipeline.publish(ada);
  const found = async (words: string) =>
    (await pipeline.ports.search.search({ words }, { limit: 10 })).items.length;
  const pkg = async () => {
    const stored = await pipeline.ports.packages.find(packageId);
    assert.ok(stored);
    return stored;
  };
  return { ...pipeline, packageId, label, found, pkg };
}

test('what is given changes and what is not given stays', async () => {
  const { ports, packageId, pkg, clock, auditLog } = await publishedPackage();
  const before = await pkg();
  clock.advance(60);
  const titled = await changePackage(ports, ada, packageId, { title: 'Cutter' });
  assert.deepEqual(titled, {
    ...before,
    title: 'Cutter',
    updatedAt: clock.now(),
    revision: before.revision + 1,
  });
  await changePackage(ports, ada, packageId, { description: '', groupId: 'makers' });
  await changePackage(ports, ada, packageId, {});
  const after = await pkg();
  assert.deepEqual([after.title, after.description, after.groupId], ['Cutter', '', 'makers']);
  await changePackage(ports, ada, packageId, { groupId: null });
  assert.equal((await pkg()).groupId, null);
  assert.equal((await auditLog())[0]?.operation, 'package.change');
});

test('a package is found by its new texts, and still by its README', async () => {
  const { ports, packageId, found } = await publishedPackage();
  await changePackage(ports, ada, packageId, { title: 'Cutter', description: 'Slices prose' });
  assert.deepEqual([await found('cutter'), await found('slices prose'), await found('handbook')], [1, 1, 1]);
});

test('texts that change while all versions are yanked are those it is found by when it is offered again', async () => {
  const { ports, packageId, label, found } = await publishedPackage();
  await yankVersion(ports, ada, { packageId, label, reason: 'broken' });
  await changePackage(ports, ada, packageId, { title: 'Cutter' });
  assert.equal(await found('cutter'), 0);
  await unyankVersion(ports, ada, { packageId, label, reason: 'not broken' });
  assert.deepEqual([await found('cutter'), await found('handbook')], [1, 1]);
});

test('the texts of a hidden package are not findable', async () => {
  const { ports, submit, find } = await testPipeline();
  const { packageId } = await find((await submit(ada)).id);
  await changePackage(ports, ada, packageId, { title: 'Secret' });
  assert.equal((await ports.search.search({ words: 'secret' }, { limit: 10 })).items.length, 0);
});

test('texts have limits, and a refused change changes nothing', async () => {
  const { ports, packageId, pkg } = await publishedPackage();
  const before = await pkg();
  await changePackage(ports, ada, packageId, { title: 'x'.repeat(200), description: 'x'.repeat(10_000) });
  const longest = await pkg();
  assert.notDeepEqual(longest, before);
  for (const given of [{ title: 'x'.repeat(201) }, { description: 'x'.repeat(10_001) }]) {
    await assert.rejects(changePackage(ports, ada, packageId, given), {
      code: 'invalid-request',
      detail: /201 characters; at most 200|10001 characters; at most 10000/,
    });
  }
  assert.deepEqual(await pkg(), longest);
});

test('a package is given to a group by its members, or by administrators', async () => {
  const { ports, packageId, pkg } = await publishedPackage();
  await assert.rejects(changePackage(ports, ada, packageId, { groupId: 'others' }), {
    code: 'invalid-request',
    detail: /others/,
  });
  await assert.rejects(changePackage(ports, admin, packageId, { groupId: 'nobody' }), {
    detail: 'There is no group nobody.',
  });
  await changePackage(ports, admin, packageId, { groupId: 'others' });
  assert.equal((await pkg()).groupId, 'others');
  await changePackage(ports, someCaller('bob', { groupIds: ['others'] }), packageId, {
    title: 'By a member',
  });
  assert.equal((await pkg()).title, 'By a member');
});

test('only maintainers change a package', async () => {
  const { ports, packageId } = await publishedPackage();
  await assert.rejects(changePackage(ports, someCaller('bob'), packageId, { title: 'Mine' }), {
    code: 'permission-denied',
  });
  await assert.rejects(changePackage(ports, ada, 'another', { title: 'Mine' }), { code: 'not-found' });
});

test('of two changes at once one is refused, and none is lost silently', async () => {
  const { ports, packageId, pkg } = await publishedPackage();
  const outcomes = await Promise.allSettled([
    changePackage(ports, ada, packageId, { title: 'One' }),
    changePackage(ports, ada, packageId, { title: 'Other' }),
  ]);
  const made = outcomes.find((outcome) => outcome.status === 'fulfilled');
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  assert.equal(refused?.reason.code, 'state-conflict');
  assert.deepEqual(await pkg(), made?.value);
});
