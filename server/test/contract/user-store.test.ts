import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../../src/core/access/index.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { randomness, someGroup, somePersonalToken, someSession, someUser } from '../support/samples.ts';

const add = (engine: RecordsEngine, user: User, passwordHash = 'hash') =>
  engine.commit([{ change: 'user.insert', user, passwordHash }]);

const at = new Date('2026-02-01T00:00:00Z');

describeOnEveryEngine('UserStore', (engine) => {
  test('an inserted user is found as they were, by id and by name in any case', async () => {
    const user = someUser({ name: 'Ada.L', permissions: ['upload', 'search'], mustChangePassword: true });
    await add(engine(), user);
    assert.deepEqual(await engine().users.find(user.id), user);
    assert.deepEqual(await engine().users.findByName('aDA.l'), user);
    assert.equal(await engine().users.passwordHashOf(user.id), 'hash');
  });

  test('nobody is found who is not there, and nobody by a look-alike of their name', async () => {
    await add(engine(), someUser({ name: 'Ada.L' }));
    assert.equal(await engine().users.find('another'), null);
    assert.equal(await engine().users.findByName('ada-1'), null);
    assert.equal(await engine().users.passwordHashOf('another'), null);
  });

  test('a name is given once, also in another case and to look-alikes', async () => {
    await add(engine(), someUser({ name: 'Bill.0' }));
    for (const name of ['Bill.0', 'bill.0', 'BILL-O', 'b1ll_o', 'bi1i.0']) {
      await assert.rejects(add(engine(), someUser({ name })), { code: 'user-exists' });
    }
    assert.equal((await engine().users.list({ limit: 10 })).items.length, 1);
  });

  test('of users registered at the same time under one name, one is added', async () => {
    const attempts = Array.from({ length: 20 }, () => add(engine(), someUser({ name: 'ada' })));
    const outcomes = await Promise.allSettled(attempts);
    assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
  });

  test('pages run from the oldest to the newest without gap or repetition', async () => {
    const users = ['ada', 'bob', 'cyd', 'dan', 'eve'].map((name) => someUser({ name }));
    for (const user of users) await add(engine(), user);
    const seen: User[] = [];
    let after: string | undefined;
    do {
      const page = await engine().users.list({ limit: 2, after });
      seen.push(...page.items);
      after = page.next ?? undefined;
    } while (after !== undefined);
    assert.deepEqual(seen, users);
  });

  test('permissions change from what they were expected to be, and else not', async () => {
    const user = someUser({ permissions: ['search'] });
    await add(engine(), user);
    const change = { change: 'user.change-permissions', userId: user.id } as const;
    await engine().commit([{ ...change, from: ['search'], to: ['upload'] }]);
    await assert.rejects(engine().commit([{ ...change, from: ['search'], to: ['download'] }]), {
      code: 'state-conflict',
    });
    assert.deepEqual((await engine().users.find(user.id))?.permissions, ['upload']);
    await assert.rejects(engine().commit([{ ...change, userId: 'another', from: [], to: [] }]), {
      code: 'state-conflict',
    });
  });

  test('a password changes from the hash that was expected, and ends sessions when asked to', async () => {
    const user = someUser({ mustChangePassword: true });
    await add(engine(), user, 'one');
    const change = { change: 'user.change-password', userId: user.id, mustChangePassword: false } as const;
    await engine().commit([{ ...change, from: 'one', to: 'two', endsSessions: false }]);
    assert.deepEqual(await engine().users.find(user.id), { ...user, mustChangePassword: false });
    await engine().commit([{ ...change, from: 'two', to: 'three', endsSessions: true }]);
    assert.equal((await engine().users.find(user.id))?.sessionGeneration, user.sessionGeneration + 1);
    await assert.rejects(engine().commit([{ ...change, from: 'two', to: 'four', endsSessions: true }]), {
      code: 'state-conflict',
    });
    assert.equal(await engine().users.passwordHashOf(user.id), 'three');
  });

  test('a deleted user is gone, with their tokens and memberships, and their name stays taken', async () => {
    const user = someUser({ name: 'ada' });
    const group = someGroup();
    const session = someSession({ userId: user.id });
    const token = somePersonalToken({ userId: user.id });
    await engine().commit([
      { change: 'user.insert', user, passwordHash: 'hash' },
      { change: 'group.insert', group },
      { change: 'group.add-member', groupId: group.id, userId: user.id },
      { change: 'session.insert', session },
      { change: 'personal-token.insert', token },
    ]);
    await engine().commit([{ change: 'user.delete', userId: user.id, permissions: user.permissions, at }]);

    assert.equal(await engine().users.find(user.id), null);
    assert.equal(await engine().users.findByName('ada'), null);
    assert.equal(await engine().users.passwordHashOf(user.id), null);
    assert.deepEqual((await engine().users.list({ limit: 10 })).items, []);
    assert.deepEqual((await engine().groups.listMembers(group.id, { limit: 10 })).items, []);
    assert.equal(await engine().tokens.useSession(session.id, session.createdAt), null);
    assert.equal(await engine().tokens.findPersonalInUse(token.textHash), null);
    assert.equal(await engine().tokens.findSession(session.id), null);
    assert.equal(await engine().tokens.findPersonal(token.id), null);
    assert.deepEqual((await engine().tokens.listPersonal(user.id, { limit: 10 })).items, []);
    await assert.rejects(add(engine(), someUser({ name: 'ADA' })), { code: 'user-exists' });
    await assert.rejects(
      engine().commit([{ change: 'user.delete', userId: user.id, permissions: user.permissions, at }]),
      { code: 'state-conflict' },
    );
  });

  test('the last administrator is neither demoted nor deleted, and nothing of the commit happens', async () => {
    const user = someUser({ name: 'ada', permissions: ['admin'] });
    const group = someGroup();
    await add(engine(), user);
    await add(engine(), someUser({ name: 'bob', permissions: ['search'] }));
    for (const change of [
      { change: 'user.change-permissions', userId: user.id, from: ['admin'], to: ['upload'] },
      { change: 'user.delete', userId: user.id, permissions: ['admin'], at },
    ] as const) {
      await assert.rejects(engine().commit([{ change: 'group.insert', group }, change]), {
        code: 'last-administrator',
      });
    }
    assert.deepEqual(await engine().users.find(user.id), user);
    assert.equal(await engine().groups.find(group.id), null);
  });

  test('of administrators who are demoted and deleted at the same time, one stays', async () => {
    const users = Array.from({ length: 10 }, (_, i) =>
      someUser({ name: `admin-${'abcdefghij'[i]}`, permissions: ['search', 'admin'] }),
    );
    for (const user of users) await add(engine(), user);
    const outcomes = await Promise.allSettled(
      users.map(({ id: userId, permissions }, i) =>
        engine().commit([
          i % 2 === 0
            ? { change: 'user.change-permissions', userId, from: permissions, to: ['search'] }
            : { change: 'user.delete', userId, permissions, at },
        ]),
      ),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.deepEqual(
      refused.map((outcome) => outcome.reason.code),
      ['last-administrator'],
    );
    const { items } = await engine().users.list({ limit: 20 });
    assert.equal(items.filter((user) => user.permissions.includes('admin')).length, 1);
  });

  test('whoever became administrator counts as one', async () => {
    const [first, second] = [
      someUser({ name: 'ada', permissions: ['admin'] }),
      someUser({ name: 'bob', permissions: [] }),
    ];
    await add(engine(), first);
    await add(engine(), second);
    await engine().commit([
      { change: 'user.change-permissions', userId: second.id, from: [], to: ['admin'] },
      { change: 'user.delete', userId: first.id, permissions: ['admin'], at },
    ]);
    assert.equal(await engine().users.find(first.id), null);
  });

  test('a commit that is refused counts no administrator', async () => {
    const [first, second] = ['ada', 'bob'].map((name) => someUser({ name, permissions: ['admin'] })) as [
      User,
      User,
    ];
    await add(engine(), first);
    await assert.rejects(
      engine().commit([
        { change: 'user.insert', user: second, passwordHash: 'hash' },
        { change: 'group.describe', groupId: randomness.id(), description: '' },
      ]),
      { code: 'not-found' },
    );
    await assert.rejects(
      engine().commit([{ change: 'user.delete', userId: first.id, permissions: ['admin'], at }]),
      { code: 'last-administrator' },
    );
  });
});
