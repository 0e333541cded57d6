import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../../src/core/access/index.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { randomness, someGroup, somePersonalToken, someSession, someUser } from '../support/samples.ts';

const now = new Date('2026-01-31T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

async function withUser(engine: RecordsEngine): Promise<User> {
  const user = someUser({ name: `user-${randomness.bytes(6).toString('hex')}` });
  await engine.commit([{ change: 'user.insert', user, passwordHash: 'hash' }]);
  return user;
}

describeOnEveryEngine('TokenStore', (engine) => {
  test('a use of a session gives it with its user and their groups', async () => {
    const user = await withUser(engine());
    const groups = [someGroup({ name: 'vision' }), someGroup({ name: 'speech' })];
    for (const group of groups) {
      await engine().commit([
        { change: 'group.insert', group },
        { change: 'group.add-member', groupId: group.id, userId: user.id },
      ]);
    }
    const session = someSession({ userId: user.id, usesLeft: 3, expiresAt: later(10) });
    await engine().commit([{ change: 'session.insert', session }]);
    assert.deepEqual(await engine().tokens.useSession(session.id, now), {
      token: { ...session, usesLeft: 2 },
      user,
      groups: groups.map(({ id, name }) => ({ id, name })),
    });
    assert.deepEqual(await engine().tokens.findSession(session.id), { ...session, usesLeft: 2 });
  });

  test('of 100 uses at the same time of a session with 10 left, exactly 10 succeed', async () => {
    const user = await withUser(engine());
    const session = someSession({ userId: user.id, usesLeft: 10, expiresAt: later(10) });
    await engine().commit([{ change: 'session.insert', session }]);
    const uses = await Promise.all(
      Array.from({ length: 100 }, () => engine().tokens.useSession(session.id, now)),
    );
    assert.equal(uses.filter((use) => use !== null).length, 10);
    assert.equal((await engine().tokens.findSession(session.id))?.usesLeft, 0);
  });

  test('a session is of no use from its expiry on, and takes nothing then', async () => {
    const user = await withUser(engine());
    const session = someSession({ userId: user.id, usesLeft: 5, expiresAt: later(10) });
    await engine().commit([{ change: 'session.insert', session }]);
    assert.equal(await engine().tokens.useSession(session.id, later(10)), null);
    assert.equal((await engine().tokens.useSession(session.id, later(9.999)))?.token.usesLeft, 4);
    assert.equal(await engine().tokens.useSession('another', now), null);
  });

  test('an ended session is gone at once, and only that one', async () => {
    const user = await withUser(engine());
    const [one, other] = [someSession({ userId: user.id }), someSession({ userId: user.id })];
    await engine().commit([
      { change: 'session.insert', session: one },
      { change: 'session.insert', session: other },
    ]);
    await engine().commit([{ change: 'session.end', sessionId: one.id }]);
    await engine().commit([{ change: 'session.end', sessionId: one.id }]);
    assert.equal(await engine().tokens.useSession(one.id, one.createdAt), null);
    assert.notEqual(await engine().tokens.useSession(other.id, other.createdAt), null);
  });

  test('a session is carried over to another generation; one that is not there stays so', async () => {
    const user = await withUser(engine());
    const session = someSession({ userId: user.id, generation: 0 });
    await engine().commit([{ change: 'session.insert', session }]);
    await engine().commit([
      { change: 'session.carry-over', sessionId: session.id, generation: 7 },
      { change: 'session.carry-over', sessionId: 'another', generation: 7 },
    ]);
    assert.deepEqual(await engine().tokens.findSession(session.id), { ...session, generation: 7 });
    assert.equal(await engine().tokens.findSession('another'), null);
  });

  test('a personal token is found as it was, by id and, with its user and groups, by the hash of its text', async () => {
    const user = await withUser(engine());
    const group = someGroup({ name: 'vision' });
    const token = somePersonalToken({
      userId: user.id,
      permissions: ['search', 'download'],
      packagePatterns: ['vad-*', '@a/b'],
    });
    await engine().commit([
      { change: 'group.insert', group },
      { change: 'group.add-member', groupId: group.id, userId: user.id },
      { change: 'personal-token.insert', token },
    ]);
    assert.deepEqual(await engine().tokens.findPersonal(token.id), token);
    assert.deepEqual(await engine().tokens.findPersonalInUse(token.textHash), {
      token,
      user,
      groups: [{ id: group.id, name: 'vision' }],
    });
    assert.equal(await engine().tokens.findPersonalInUse('another'), null);
    assert.equal(await engine().tokens.findPersonal('another'), null);
  });

  test('what a user may do is seen as it is at the time of use', async () => {
    const user = await withUser(engine());
    const token = somePersonalToken({ userId: user.id });
    await engine().commit([{ change: 'personal-token.insert', token }]);
    await engine().commit([
      { change: 'user.change-permissions', userId: user.id, from: user.permissions, to: ['upload'] },
    ]);
    const use = await engine().tokens.findPersonalInUse(token.textHash);
    assert.deepEqual(use?.user.permissions, ['upload']);
  });

  test('a user’s personal tokens are listed by page, oldest first, and nobody else’s', async () => {
    const [user, stranger] = [await withUser(engine()), await withUser(engine())];
    const tokens = Array.from({ length: 3 }, () => somePersonalToken({ userId: user.id }));
    for (const token of [...tokens, somePersonalToken({ userId: stranger.id })]) {
      await engine().commit([{ change: 'personal-token.insert', token }]);
    }
    const first = await engine().tokens.listPersonal(user.id, { limit: 2 });
    const second = await engine().tokens.listPersonal(user.id, { limit: 2, after: first.next ?? '' });
    assert.deepEqual([...first.items, ...second.items], tokens);
    assert.equal(second.next, null);
  });

  test('a revoked personal token is gone at once', async () => {
    const user = await withUser(engine());
    const token = somePersonalToken({ userId: user.id });
    await engine().commit([{ change: 'personal-token.insert', token }]);
    await engine().commit([{ change: 'personal-token.revoke', tokenId: token.id }]);
    await engine().commit([{ change: 'personal-token.revoke', tokenId: token.id }]);
    assert.equal(await engine().tokens.findPersonalInUse(token.textHash), null);
    assert.deepEqual((await engine().tokens.listPersonal(user.id, { limit: 10 })).items, []);
  });

  test('what expired before the moment is forgotten, what expires then is not', async () => {
    const user = await withUser(engine());
    const sessions = [later(-1), now].map((expiresAt) => someSession({ userId: user.id, expiresAt }));
    const tokens = [later(-1), now].map((expiresAt) => somePersonalToken({ userId: user.id, expiresAt }));
    await engine().commit([
      ...sessions.map((session) => ({ change: 'session.insert', session }) as const),
      ...tokens.map((token) => ({ change: 'personal-token.insert', token }) as const),
    ]);
    await engine().tokens.removeExpired(now);
    const left = await Promise.all(sessions.map((session) => engine().tokens.findSession(session.id)));
    assert.deepEqual(left, [null, sessions[1]]);
    assert.deepEqual((await engine().tokens.listPersonal(user.id, { limit: 10 })).items, [tokens[1]]);
  });
});
