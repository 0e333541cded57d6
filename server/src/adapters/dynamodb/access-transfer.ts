// Users, groups, memberships and tokens as plain records, for moving a registry from engine to engine.
import type { Group, PersonalToken, Session } from '../../core/access/index.ts';
import type { KeptMember, KeptUser, RecordTransfer, RegistryRecords } from '../../core/transfer/index.ts';
import type { DynamoDatabase, Write } from './database.ts';
import { type GroupRow, groupKey, groupNameKey, groupOf, groupRowOf } from './groups.ts';
import { commitEach, type KeptKind, keptKind } from './kept-items.ts';
import { forgetGroupMembers, type MemberRow, memberKey, memberPrefix } from './memberships.ts';
import type { Key } from './tables.ts';
import {
  type PersonalTokenRow,
  personalKey,
  personalTokenOf,
  personalTokenWrites,
  placeKey,
  type SessionRow,
  sessionKey,
  sessionOf,
  sessionWrites,
} from './tokens.ts';
import {
  addAdministrators,
  type UserNameRow,
  type UserRow,
  userKey,
  userNameKey,
  userNameKeyOf,
  userNamePrefix,
  userOf,
  userRowOf,
} from './users.ts';
import type { WorkingItems } from './working-items.ts';

type AccessKind = 'user' | 'former-user' | 'group' | 'group-member' | 'session' | 'personal-token';
type FormerUser = RegistryRecords['former-user'];

export function accessTransfer(database: DynamoDatabase): Pick<RecordTransfer, AccessKind> {
  return {
    user: keptKind(database, keptUsers(database)),
    'former-user': keptKind(database, keptFormerUsers(database)),
    group: keptKind(database, keptGroups(database)),
    'group-member': keptKind(database, keptMembers(database)),
    session: keptKind(database, keptSessions(database)),
    'personal-token': keptKind(database, keptPersonalTokens(database)),
  };
}

function keptUsers(database: DynamoDatabase): KeptKind<KeptUser, UserRow> {
  return {
    table: 'users',
    among: { when: 'begins_with(#pk, :user)', values: { user: 'user#' } },
    recordOf: keptUserOf,
    async find({ id }) {
      const row = await database.get<UserRow>(userKey(id));
      return row && keptUserOf(row);
    },
    // One after the other: they may have the count of administrators in common.
    async put(users) {
      for (const { id, name } of users) await freeName(database, userNameKey(name), id);
      await commitEach(database, users, () => '', putUser);
    },
    async remove(users) {
      for (const { id } of users) await leaveGroups(database, id);
      await commitEach(database, users, () => '', removeUser);
    },
  };
}

async function putUser(items: WorkingItems, { passwordHash, ...user }: KeptUser): Promise<void> {
  const taken = await items.get<UserNameRow>(userNameKey(user.name));
  if (taken !== null && taken.userId !== user.id) await dropUser(items, taken.userId);
  const before = await dropUser(items, user.id);
  items.put(userKey(user.id), { ...userRowOf(user, passwordHash, before?.groups ?? {}) });
  items.put(userNameKey(user.name), { userId: user.id } satisfies UserNameRow);
  if (user.permissions.includes('admin')) await addAdministrators(items, 1);
}

async function removeUser(items: WorkingItems, { id, name }: KeptUser): Promise<void> {
  await dropUser(items, id);
  const taken = await items.get<UserNameRow>(userNameKey(name));
  if (taken?.userId === id) items.delete(userNameKey(name));
}

/** Resolves with what was there. */
async function dropUser(items: WorkingItems, id: string): Promise<UserRow | null> {
  const user = await items.get<UserRow>(userKey(id));
  if (user === null) return null;
  items.delete(userKey(id));
  if (user.permissions.includes('admin')) await addAdministrators(items, -1);
  return user;
}

/** Whoever else has the name is about to go, and leaves their groups. */
async function freeName(database: DynamoDatabase, name: Key, userId: string): Promise<void> {
  const taken = await database.get<UserNameRow>(name);
  if (taken !== null && taken.userId !== userId) await leaveGroups(database, taken.userId);
}

async function leaveGroups(database: DynamoDatabase, userId: string): Promise<void> {
  const user = await database.get<UserRow>(userKey(userId));
  const groupIds = Object.keys(user?.groups ?? {});
  await database.writeMany(
    groupIds.map((groupId) => ({ key: memberKey(groupId, userId), attributes: null })),
  );
}

function keptUserOf(row: UserRow): KeptUser {
  return { ...userOf(row), passwordHash: row.passwordHash };
}

/** Each is nothing but the name that stays taken. */
function keptFormerUsers(database: DynamoDatabase): KeptKind<FormerUser, UserNameRow> {
  return {
    table: 'users',
    among: { when: '#former = :true', values: { true: true } },
    recordOf: ({ pk, userId }) => ({ id: userId, nameKey: pk.slice(userNamePrefix.length) }),
    async find({ id, nameKey }) {
      const taken = await database.get<UserNameRow>(userNameKeyOf(nameKey));
      return taken?.userId === id && taken.former ? { id, nameKey } : null;
    },
    async put(users) {
      for (const { nameKey } of users) await freeName(database, userNameKeyOf(nameKey), '');
      await commitEach(
        database,
        users,
        () => '',
        async (items, { id, nameKey }) => {
          const taken = await items.get<UserNameRow>(userNameKeyOf(nameKey));
          if (taken !== null) await dropUser(items, taken.userId);
          items.put(userNameKeyOf(nameKey), { userId: id, former: true } satisfies UserNameRow);
        },
      );
    },
    remove: (users) =>
      commitEach(
        database,
        users,
        ({ nameKey }) => nameKey,
        async (items, { id, nameKey }) => {
          const taken = await items.get<UserNameRow>(userNameKeyOf(nameKey));
          if (taken?.userId === id && taken.former) items.delete(userNameKeyOf(nameKey));
        },
      ),
  };
}

function keptGroups(database: DynamoDatabase): KeptKind<Group, GroupRow> {
  return {
    table: 'users',
    among: { when: 'begins_with(#pk, :group) AND #sk = :alone', values: { group: 'group#', alone: '-' } },
    recordOf: groupOf,
    async find({ id }) {
      const row = await database.get<GroupRow>(groupKey(id));
      return row && groupOf(row);
    },
    async put(groups) {
      for (const { id, name } of groups) {
        const taken = await database.get<{ groupId: string }>(groupNameKey(name));
        if (taken === null || taken.groupId === id) continue;
        await forgetGroupMembers(database, taken.groupId);
        await database.delete(groupKey(taken.groupId));
      }
      await database.writeMany(
        groups.flatMap((group): Write[] => [
          { key: groupKey(group.id), attributes: groupRowOf(group) },
          { key: groupNameKey(group.name), attributes: { groupId: group.id } },
        ]),
      );
    },
    async remove(groups) {
      for (const { id } of groups) await forgetGroupMembers(database, id);
      await commitEach(
        database,
        groups,
        ({ id }) => id,
        async (items, { id, name }) => {
          items.delete(groupKey(id));
          const taken = await items.get<{ groupId: string }>(groupNameKey(name));
          if (taken?.groupId === id) items.delete(groupNameKey(name));
        },
      );
    },
  };
}

function keptMembers(database: DynamoDatabase): KeptKind<KeptMember, MemberRow> {
  return {
    table: 'users',
    among: { when: 'begins_with(#sk, :member)', values: { member: memberPrefix } },
    recordOf: keptMemberOf,
    async find({ groupId, userId }) {
      const row = await database.get<MemberRow>(memberKey(groupId, userId));
      return row && keptMemberOf(row);
    },
    put: (members) => commitEach(database, members, ({ userId }) => userId, putMember),
    remove: (members) => commitEach(database, members, ({ userId }) => userId, removeMember),
  };
}

function keptMemberOf({ groupId, groupName, userId, userName }: MemberRow): KeptMember {
  return { groupId, groupName, userId, userName };
}

async function putMember(items: WorkingItems, member: KeptMember): Promise<void> {
  const { groupId, groupName, userId } = member;
  const user = await items.get<UserRow>(userKey(userId));
  if (user === null || (await items.get(groupKey(groupId))) === null) return;
  items.put(userKey(userId), { ...user, groups: { ...user.groups, [groupId]: groupName } });
  items.put(memberKey(groupId, userId), { ...member } satisfies MemberRow);
}

async function removeMember(items: WorkingItems, { groupId, userId }: KeptMember): Promise<void> {
  items.delete(memberKey(groupId, userId));
  const user = await items.get<UserRow>(userKey(userId));
  if (user?.groups[groupId] === undefined) return;
  const { [groupId]: removed, ...groups } = user.groups;
  items.put(userKey(userId), { ...user, groups });
}

/** Tokens of users who are gone are not there. */
async function unlessLost<T extends { readonly userId: string }>(
  database: DynamoDatabase,
  token: T,
): Promise<T | null> {
  return (await database.get(userKey(token.userId))) === null ? null : token;
}

function keptSessions(database: DynamoDatabase): KeptKind<Session, SessionRow> {
  return {
    table: 'tokens',
    among: { when: 'begins_with(#pk, :session)', values: { session: 'session#' } },
    recordOf: (row) => unlessLost(database, sessionOf(row)),
    async find({ id }) {
      const row = await database.get<SessionRow>(sessionKey(id));
      return row && sessionOf(row);
    },
    put: (sessions) => database.writeMany(sessions.flatMap((session) => sessionWrites(session))),
    remove: (sessions) =>
      database.writeMany(sessions.map(({ id }) => ({ key: sessionKey(id), attributes: null }))),
  };
}

function keptPersonalTokens(database: DynamoDatabase): KeptKind<PersonalToken, PersonalTokenRow> {
  return {
    table: 'tokens',
    among: { when: 'begins_with(#pk, :personal)', values: { personal: 'personal#' } },
    recordOf: (row) => unlessLost(database, personalTokenOf(row)),
    async find({ textHash }) {
      const row = await database.get<PersonalTokenRow>(personalKey(textHash));
      return row && personalTokenOf(row);
    },
    put: (tokens) => database.writeMany(tokens.flatMap((token) => personalTokenWrites(token))),
    remove: (tokens) =>
      database.writeMany(
        tokens.flatMap(({ id, textHash }): Write[] => [
          { key: placeKey(id), attributes: null },
          { key: personalKey(textHash), attributes: null },
        ]),
      ),
  };
}
