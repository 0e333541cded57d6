import type { Group, GroupChange, GroupMember, GroupReference, GroupStore } from '../../core/access/index.ts';
import { nameKeyOf } from '../../core/access/index.ts';
import { notFound, RegistryError } from '../../core/errors.ts';
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { pageById } from './page-by-id.ts';
import type { SqlDatabase } from './sql-database.ts';

interface GroupRow {
  id: string;
  name: string;
  name_key: string;
  description: string;
  created_at: number;
}

export interface GroupTables {
  groups: GroupRow;
  group_members: { user_id: string; group_id: string; user_name: string; group_name: string };
}

export const groupChanges: ChangeAppliers<GroupChange> = {
  'group.insert': async (write, { group }) => {
    const { numInsertedOrUpdatedRows } = await write
      .insertInto('groups')
      .values(groupRowOf(group))
      .onConflict((conflict) => conflict.column('name_key').doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) {
      throw new RegistryError('group-exists', `The group name ${JSON.stringify(group.name)} is taken.`);
    }
  },

  'group.describe': async (write, { groupId, description }) => {
    const { numUpdatedRows } = await write
      .updateTable('groups')
      .set({ description })
      .where('id', '=', groupId)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw notFound('group', groupId);
  },

  'group.delete': async (write, { groupId }, dialect) => {
    // First of all, so that nobody becomes a member any more.
    await dialect.claiming(write.selectFrom('groups').select('id').where('id', '=', groupId)).execute();
    await write.deleteFrom('group_members').where('group_id', '=', groupId).execute();
    await write.deleteFrom('groups').where('id', '=', groupId).execute();
  },

  'group.add-member': async (write, { groupId, userId }, dialect) => {
    const group = await dialect
      .keeping(write.selectFrom('groups').select('name').where('id', '=', groupId))
      .executeTakeFirst();
    if (group === undefined) throw notFound('group', groupId);
    const user = await dialect
      .keeping(
        write.selectFrom('users').select('name').where('id', '=', userId).where('deleted_at', 'is', null),
      )
      .executeTakeFirst();
    if (user === undefined) throw notFound('user', userId);
    await write
      .insertInto('group_members')
      .values({ user_id: userId, group_id: groupId, user_name: user.name, group_name: group.name })
      .onConflict((conflict) => conflict.columns(['user_id', 'group_id']).doNothing())
      .execute();
  },

  'group.remove-member': (write, { groupId, userId }) =>
    write.deleteFrom('group_members').where('user_id', '=', userId).where('group_id', '=', groupId).execute(),
};

export class SqlGroupStore implements GroupStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Group | null> {
    const row = await this.#database.read
      .selectFrom('groups')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : groupOf(row);
  }

  async list(page: PageRequest): Promise<Page<Group>> {
    const query = this.#database.read.selectFrom('groups').selectAll();
    return pageById(query, 'oldest first', page, groupOf);
  }

  async listMembers(groupId: string, page: PageRequest): Promise<Page<GroupMember>> {
    let query = this.#database.read
      .selectFrom('group_members')
      .select(['user_id as userId', 'user_name as userName'])
      .where('group_id', '=', groupId);
    if (page.after !== undefined) {
      const [userId] = sortKeyOf(page.after, ['string']) as [string];
      query = query.where('user_id', '>', userId);
    }
    const rows = await query
      .orderBy('user_id')
      .limit(page.limit + 1)
      .execute();
    return pageOf(
      rows,
      page.limit,
      (row) => [row.userId],
      ({ userId, userName }) => ({ userId, userName }),
    );
  }

  async groupsOf(userId: string): Promise<readonly GroupReference[]> {
    const rows = await this.#database.read
      .selectFrom('group_members')
      .select(['group_id', 'group_name'])
      .where('user_id', '=', userId)
      .orderBy('group_id')
      .execute();
    return rows.map((row) => ({ id: row.group_id, name: row.group_name }));
  }
}

export function groupRowOf(group: Group): GroupRow {
  return {
    id: group.id,
    name: group.name,
    name_key: nameKeyOf(group.name),
    description: group.description,
    created_at: group.createdAt.getTime(),
  };
}

export function groupOf(row: GroupRow): Group {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    createdAt: new Date(row.created_at),
  };
}
