import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Group, User } from '../../src/core/access/index.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { someGroup, someUser } from '../support/samples.ts';

const addGroup = (engine: RecordsEngine, group: Group) => engine.commit([{ change: 'group.insert', group }]);
const addUser = (engine: RecordsEngine, user: User) =>
  engine.commit([{ change: 'user.insert', user, passwordHash: 'hash' }]);
const addMember = (engine: RecordsEngine, groupId: string, userId: string) =>
  engine.commit([{ change: 'group.add-member', groupId, userId }]);
const membersOf = async (engine: RecordsEngine, groupId: string) =>
  (await engine.groups.listMembers(groupId, { limit: 10 })).items.map((member) => member.userName);

describeOnEveryEngine('GroupStore', (engine) => {
  test('an inserted group is found as it was and listed, oldest first', async () => {
    const groups = ['vision', 'speech', 'text'].map((name) => someGroup({ name }));
    for (const group of groups) await addGroup(engine(), group);
    assert.deepEqual(await engine().groups.find(groups[0]?.id ?? ''), groups[0]);
    assert.equal(await engine().groups.find('another'), null);
    const first = await engine().groups.list({ limit: 2 });
    const second = await engine().groups.list({ limit: 2, after: first.next ?? '' });
    assert.deepEqual([...first.items, ...second.items], groups);
    assert.equal(second.next, null);
  });

  test('a name is given once, also to look-alikes', async () => {
    await addGroup(engine(), someGroup({ name: 'reviewers' }));
    await assert.rejects(addGroup(engine(), someGroup({ name: 'Rev1ewers' })), { code: 'group-exists' });
  });

  test('the description changes, of a group that is there', async () => {
    const group = someGroup();
    await addGroup(engine(), group);
    await engine().commit([{ change: 'group.describe', groupId: group.id, description: 'new' }]);
    assert.deepEqual(await engine().groups.find(group.id), { ...group, description: 'new' });
    await assert.rejects(
      engine().commit([{ change: 'group.describe', groupId: 'another', description: 'new' }]),
      { code: 'not-found' },
    );
  });

  test('members are many to many, listed by page, and adding one again changes nothing', async () => {
    const [vision, speech] = [someGroup({ name: 'vision' }), someGroup({ name: 'speech' })];
    const users = ['ada', 'bob', 'cyd'].map((name) => someUser({ name }));
    for (const group of [vision, speech]) await addGroup(engine(), group);
    for (const user of users) {
      await addUser(engine(), user);
      await addMember(engine(), vision.id, user.id);
      await addMember(engine(), vision.id, user.id);
    }
    const [ada] = users as [User];
    await addMember(engine(), speech.id, ada.id);

    const first = await engine().groups.listMembers(vision.id, { limit: 2 });
    const second = await engine().groups.listMembers(vision.id, { limit: 2, after: first.next ?? '' });
    assert.deepEqual(
      [...first.items, ...second.items],
      users.map((user) => ({ userId: user.id, userName: user.name })),
    );
    assert.equal(second.next, null);
    assert.deepEqual(await membersOf(engine(), speech.id), ['ada']);
    assert.deepEqual(
      await engine().groups.groupsOf(ada.id),
      [vision, speech].map(({ id, name }) => ({ id, name })),
    );
  });

  test('nobody is added to a group that is not there, and nobody who is not there', async () => {
    const [group, user] = [someGroup(), someUser()];
    await addGroup(engine(), group);
    await addUser(engine(), user);
    await assert.rejects(addMember(engine(), 'another', user.id), { code: 'not-found' });
    await assert.rejects(addMember(engine(), group.id, 'another'), { code: 'not-found' });
    assert.deepEqual(await membersOf(engine(), group.id), []);
  });

  test('a removed member is gone; removing one who is none changes nothing', async () => {
    const [group, user] = [someGroup(), someUser()];
    await addGroup(engine(), group);
    await addUser(engine(), user);
    await addMember(engine(), group.id, user.id);
    const removal = { change: 'group.remove-member', groupId: group.id, userId: user.id } as const;
    await engine().commit([removal]);
    await engine().commit([removal]);
    assert.deepEqual(await membersOf(engine(), group.id), []);
    assert.deepEqual(await engine().groups.groupsOf(user.id), []);
  });

  test('memberships end with the group, and its name is free again', async () => {
    const [group, user] = [someGroup({ name: 'vision' }), someUser()];
    await addGroup(engine(), group);
    await addUser(engine(), user);
    await addMember(engine(), group.id, user.id);
    await engine().commit([{ change: 'group.delete', groupId: group.id }]);
    await engine().commit([{ change: 'group.delete', groupId: group.id }]);
    assert.equal(await engine().groups.find(group.id), null);
    assert.deepEqual(await engine().groups.groupsOf(user.id), []);
    const successor = someGroup({ name: 'vision' });
    await addGroup(engine(), successor);
    assert.deepEqual(await membersOf(engine(), successor.id), []);
  });
});
