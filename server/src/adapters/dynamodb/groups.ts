// Of the table `users`:
//
//   pk                      sk                 what
//   group#<id>              -                  the group
//   group#<id>              member#<user id>   a member of it, see memberships.ts
//   group-name#<name key>   -                  whose the name is
import {
  type Group,
  type GroupChange,
  type GroupMember,
  type GroupReference,
  type GroupStore,
  nameKeyOf,
} from '../../core/access/index.ts';
import { notFound, RegistryError } from '../../core/errors.ts';
import { type Page, type PageRequest, pageOf } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { Attributes, DynamoDatabase } from './database.ts';
import { forgottenGroup, groupPartition, type MemberRow, memberKey, memberPrefix } from './memberships.ts';
import { pageById, textCursor } from './pages.ts';
import { take } from './ranges.ts';
import { alone, type Key, shardOf, shardsOf } from './tables.ts';
import { groupsIn, type UserRow, userKey } from './users.ts';

export interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: number;
  readonly listPk: string;
  readonly listSk: string;
}

const shards = 4;

export const groupKey = (id: string): Key => ({ table: 'users', pk: groupPartition(id), sk: alone });
export const groupNameKey = (name: string): Key => ({
  table: 'users',
  pk: `group-name#${nameKeyOf(name)}`,
  sk: alone,
});

export const groupPlanners: ChangePlanners<GroupChange> = {
  'group.insert': {
    reads: ({ group }) => [groupNameKey(group.name)],
    async plan(items, { group }) {
      if ((await items.get(groupNameKey(group.name))) !== null) {
        throw new RegistryError('group-exists', `The group name ${JSON.stringify(group.name)} is taken.`);
      }
      items.put(groupNameKey(group.name), { groupId: group.id });
      items.put(groupKey(group.id), groupRowOf(group));
    },
  },

  'group.describe': {
    reads: ({ groupId }) => [groupKey(groupId)],
    async plan(items, { groupId, description }) {
      const group = await items.get<GroupRow>(groupKey(groupId));
      if (group === null) throw notFound('group', groupId);
      items.put(groupKey(groupId), { ...group, description });
    },
  },

  'group.delete': {
    reads: ({ groupId }) => [groupKey(groupId)],
    async plan(items, { groupId }) {
      const group = await items.get<GroupRow>(groupKey(groupId));
      if (group === null) return;
      items.delete(groupKey(groupId));
      items.delete(groupNameKey(group.name));
      items.follow(forgottenGroup(groupId));
    },
  },

  'group.add-member': {
    reads: ({ groupId, userId }) => [groupKey(groupId), userKey(userId)],
    async plan(items, { groupId, userId }) {
      const group = await items.get<GroupRow>(groupKey(groupId));
      if (group === null) throw notFound('group', groupId);
      const user = await items.get<UserRow>(userKey(userId));
      if (user === null) throw notFound('user', userId);
      const names = { groupName: group.name, userName: user.name };
      items.put(userKey(userId), { ...user, groups: { ...user.groups, [groupId]: group.name } });
      items.put(memberKey(groupId, userId), { groupId, userId, ...names } satisfies MemberRow);
    },
  },

  'group.remove-member': {
    reads: ({ userId }) => [userKey(userId)],
    async plan(items, { groupId, userId }) {
      const user = await items.get<UserRow>(userKey(userId));
      if (user?.groups[groupId] === undefined) return;
      const { [groupId]: removed, ...groups } = user.groups;
      items.put(userKey(userId), { ...user, groups });
      items.delete(memberKey(groupId, userId));
    },
  },
};

export class DynamoGroupStore implements GroupStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Group | null> {
    const row = await this.#database.get<GroupRow>(groupKey(id));
    return row && groupOf(row);
  }

  async list(page: PageRequest): Promise<Page<Group>> {
    const partitions = shardsOf('group', shards).map(
      (partition) => ({ table: 'users', index: 'list', partition }) as const,
    );
    return pageById(this.#database, { partitions, order: 'oldest first' }, page, groupOf);
  }

  async listMembers(groupId: string, page: PageRequest): Promise<Page<GroupMember>> {
    const after = page.after === undefined ? '' : textCursor(page.after);
    const rows = this.#database.query<MemberRow>({
      table: 'users',
      partition: groupPartition(groupId),
      // `$` is the character after `#`.
      sort: { between: [`${memberPrefix}${after}`, 'member$'] },
      pageSize: page.limit + 2,
    });
    const members = await take(rows, page.limit + 2);
    return pageOf(
      members.filter(({ userId }) => userId !== after),
      page.limit,
      ({ userId }) => [userId],
      ({ userId, userName }) => ({ userId, userName }),
    );
  }

  async groupsOf(userId: string): Promise<readonly GroupReference[]> {
    const row = await this.#database.get<UserRow>(userKey(userId));
    return row === null ? [] : groupsIn(row);
  }
}

export function groupRowOf(group: Group): Attributes {
  return {
    ...group,
    createdAt: group.createdAt.getTime(),
    listPk: shardOf('group', group.id, shards),
    listSk: group.id,
  } satisfies GroupRow;
}

export function groupOf({ id, name, description, createdAt }: GroupRow): Group {
  return { id, name, description, createdAt: new Date(createdAt) };
}
