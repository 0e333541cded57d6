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

test('who sees and who may have a package changes field by field, on record with what was and what is', async () => {
  const { ports, packageId, pkg, auditLog } = await publishedPackage();
  const reason = async () => (await auditLog())[0]?.reason;
  await changePackage(ports, ada, packageId, { title: 'Cutter' });
  assert.equal(await reason(), null);
  await changePackage(ports, ada, packageId, { visibility: 'groups', visibleTo: ['makers', 'makers'] });
  assert.equal(await reason(), 'visibility: everybody → groups; visibleTo: [] → ["makers"]');
  await changePackage(ports, ada, packageId, { sensitive: true });
  assert.equal(await reason(), 'sensitive: false → true');
  await changePackage(ports, ada, packageId, { visibility: 'owner', allowedGroups: ['others', 'makers'] });
  const { visibility, visibleTo, sensitive, allowedGroups } = await pkg();
  assert.deepEqual(
    { visibility, visibleTo, sensitive, allowedGroups },
    { visibility: 'owner', visibleTo: ['makers'], sensitive: true, allowedGroups: ['others', 'makers'] },
  );
  await changePackage(ports, ada, packageId, { allowedGroups: ['makers', 'others'] });
  assert.equal(await reason(), null, 'the same groups in another order');
});

test('who is to see a package are groups that there are, not too many, and at least one', async () => {
  const { ports, packageId, pkg } = await publishedPackage();
  const before = await pkg();
  const many = Array.from({ length: 101 }, (_, nth) => `group-${nth}`);
  const refused: readonly [Parameters<typeof changePackage>[3], RegExp][] = [
    [{ visibility: 'groups' }, /needs a group in `visibleTo`/],
    [{ visibility: 'groups', visibleTo: [] }, /needs a group in `visibleTo`/],
    [{ visibleTo: ['makers', 'nobody'] }, /There is no group nobody/],
    [{ sensitive: true, allowedGroups: ['nobody'] }, /There is no group nobody/],
    [{ visibleTo: many }, /`visibleTo` has 101 groups; at most 100/],
    [{ allowedGroups: many }, /`allowedGroups` has 101 groups; at most 100/],
    [{ visibility: 'friends' as never }, /"friends" is not one of everybody, groups, owner/],
  ];
  for (const [given, detail] of refused) {
    await assert.rejects(changePackage(ports, ada, packageId, given), { code: 'invalid-request', detail });
  }
  assert.deepEqual(await pkg(), before);
});

test('a group that is gone does not keep a package from being changed, and nobody comes back into it', async () => {
  const { ports, packageId, pkg } = await publishedPackage();
  await changePackage(ports, ada, packageId, { visibility: 'groups', visibleTo: ['others'] });
  await ports.commit([{ change: 'group.delete', groupId: 'others' }]);
  await changePackage(ports, ada, packageId, { title: 'Cutter' });
  assert.deepEqual((await pkg()).visibleTo, ['others']);
  await assert.rejects(changePackage(ports, ada, packageId, { visibleTo: ['others'] }), {
    detail: 'There is no group others.',
  });
});

test('who may only see a package does not change who sees it', async () => {
  const { ports, packageId } = await publishedPackage();
  await changePackage(ports, ada, packageId, { visibility: 'groups', visibleTo: ['others'] });
  const given = { visibility: 'everybody' } as const;
  const bob = someCaller('bob', { groupIds: ['others'] });
  await assert.rejects(changePackage(ports, bob, packageId, given), { code: 'permission-denied' });
  await assert.rejects(changePackage(ports, someCaller('eve'), packageId, given), { code: 'not-found' });
});
