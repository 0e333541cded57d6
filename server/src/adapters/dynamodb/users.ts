// Of the table `users`:
//
//   pk                      sk     what
//   user#<id>               -      the user, with the groups that they are in; gone when the user is deleted
//   user-name#<name key>    -      whose the name is; stays when the user is deleted
//   administrators          -      how many users have `admin`
//
// The groups lie in the user because every request with a token asks for both: that is one read.
import {
  type GroupReference,
  nameKeyOf,
  sameName,
  type User,
  type UserChange,
  type UserStore,
} from '../../core/access/index.ts';
import type { Permission } from '../../core/caller.ts';
import { RegistryError } from '../../core/errors.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { forgottenMember } from './memberships.ts';
import { pageById } from './pages.ts';
import { alone, type Key, shardOf, shardsOf } from './tables.ts';
import type { WorkingItems } from './working-items.ts';

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly permissions: readonly Permission[];
  readonly mustChangePassword: boolean;
  readonly sessionGeneration: number;
  readonly createdAt: number;
  /** Names of the groups that the user is in, by their ids. */
  readonly groups: Readonly<Record<string, string>>;
  readonly listPk: string;
  readonly listSk: string;
}

/** What keeps a name taken. */
export interface UserNameRow {
  readonly userId: string;
  /** The user is deleted. */
  readonly former?: true;
}

const shards = 4;

export const userNamePrefix = 'user-name#';
export const userKey = (id: string): Key => ({ table: 'users', pk: `user#${id}`, sk: alone });
export const userNameKey = (name: string): Key => userNameKeyOf(nameKeyOf(name));
export const userNameKeyOf = (nameKey: string): Key => ({
  table: 'users',
  pk: `${userNamePrefix}${nameKey}`,
  sk: alone,
});
const administrators: Key = { table: 'users', pk: 'administrators', sk: alone };

export const userPlanners: ChangePlanners<UserChange> = {
  'user.insert': {
    reads: ({ user }) => [userNameKey(user.name)],
    async plan(items, { user, passwordHash }) {
      if ((await items.get(userNameKey(user.name))) !== null) {
        throw new RegistryError('user-exists', `The user name ${JSON.stringify(user.name)} is taken.`);
      }
      items.put(userNameKey(user.name), { userId: user.id } satisfies UserNameRow);
      items.put(userKey(user.id), { ...userRowOf(user, passwordHash, {}) });
      await countAdministrators(items, [], user.permissions);
    },
  },

  'user.change-permissions': {
    reads: ({ userId }) => [userKey(userId)],
    async plan(items, { userId, from, to }) {
      const user = await items.get<UserRow>(userKey(userId));
      if (user === null || !same(user.permissions, from)) throw changedMeanwhile(userId);
      items.put(userKey(userId), { ...user, permissions: to });
      await countAdministrators(items, from, to);
    },
  },

  'user.change-password': {
    reads: ({ userId }) => [userKey(userId)],
    async plan(items, { userId, from, to, mustChangePassword, endsSessions }) {
      const user = await items.get<UserRow>(userKey(userId));
      if (user?.passwordHash !== from) throw changedMeanwhile(userId);
      const sessionGeneration = user.sessionGeneration + (endsSessions ? 1 : 0);
      items.put(userKey(userId), { ...user, passwordHash: to, mustChangePassword, sessionGeneration });
    },
  },

  // Tokens of a user who is not there are of no use; they go when they expire.
  'user.delete': {
    reads: ({ userId }) => [userKey(userId)],
    async plan(items, { userId, permissions }) {
      const user = await items.get<UserRow>(userKey(userId));
      if (user === null || !same(user.permissions, permissions)) throw changedMeanwhile(userId);
      items.delete(userKey(userId));
      items.put(userNameKey(user.name), { userId, former: true } satisfies UserNameRow);
      await countAdministrators(items, permissions, []);
      forgetMemberships(items, user);
    },
  },
};

export function forgetMemberships(items: WorkingItems, { id, groups }: UserRow): void {
  const groupIds = Object.keys(groups);
  if (groupIds.length > 0) items.follow(forgottenMember(id, groupIds));
}

/** Refuses to leave nobody. */
async function countAdministrators(
  items: WorkingItems,
  from: readonly Permission[],
  to: readonly Permission[],
): Promise<void> {
  const step = Number(to.includes('admin')) - Number(from.includes('admin'));
  if (step === 0) return;
  const left = await addAdministrators(items, step);
  if (left < 1) throw new RegistryError('last-administrator', 'Nobody else has the permission `admin`.');
}

/** Resolves with how many there are then. */
export async function addAdministrators(items: WorkingItems, step: number): Promise<number> {
  const { count } = (await items.get<{ count: number }>(administrators)) ?? { count: 0 };
  items.put(administrators, { count: count + step });
  return count + step;
}

function same(one: readonly Permission[], other: readonly Permission[]): boolean {
  return one.join(' ') === other.join(' ');
}

function changedMeanwhile(userId: string): RegistryError {
  return new RegistryError('state-conflict', `The user ${userId} was changed or deleted meanwhile.`);
}

export class DynamoUserStore implements UserStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<User | null> {
    const row = await this.#row(id);
    return row && userOf(row);
  }

  async findByName(name: string): Promise<User | null> {
    const taken = await this.#database.get<UserNameRow>(userNameKey(name));
    const user = taken && (await this.find(taken.userId));
    return user !== null && sameName(user.name, name) ? user : null;
  }

  async passwordHashOf(id: string): Promise<string | null> {
    return (await this.#row(id))?.passwordHash ?? null;
  }

  async list(page: PageRequest): Promise<Page<User>> {
    const partitions = shardsOf('user', shards).map(
      (partition) => ({ table: 'users', index: 'list', partition }) as const,
    );
    return pageById(this.#database, { partitions, order: 'oldest first' }, page, userOf);
  }

  #row(id: string): Promise<UserRow | null> {
    return this.#database.get<UserRow>(userKey(id));
  }
}

export function userRowOf(user: User, passwordHash: string, groups: UserRow['groups']): UserRow {
  return {
    ...user,
    createdAt: user.createdAt.getTime(),
    passwordHash,
    groups,
    listPk: shardOf('user', user.id, shards),
    listSk: user.id,
  };
}

export function userOf(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    permissions: row.permissions,
    mustChangePassword: row.mustChangePassword,
    sessionGeneration: row.sessionGeneration,
    createdAt: new Date(row.createdAt),
  };
}

/** The groups that the user is in, by id. */
export function groupsIn({ groups }: UserRow): readonly GroupReference[] {
  return Object.entries(groups)
    .map(([id, name]) => ({ id, name }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}
