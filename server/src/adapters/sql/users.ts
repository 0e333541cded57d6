import { type Kysely, sql } from 'kysely';
import { nameKeyOf, sameName, type User, type UserChange, type UserStore } from '../../core/access/index.ts';
import type { Permission } from '../../core/caller.ts';
import { RegistryError } from '../../core/errors.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { pageById } from './page-by-id.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

export interface UserRow {
  id: string;
  name: string;
  name_key: string;
  password_hash: string;
  /** Separated by spaces. */
  permissions: string;
  must_change_password: number;
  session_generation: number;
  created_at: number;
  deleted_at: number | null;
}

export interface UserTables {
  users: UserRow;
  administrators: { one: number; count: number };
}

export const userChanges: ChangeAppliers<UserChange> = {
  'user.insert': async (write, { user, passwordHash }) => {
    const { numInsertedOrUpdatedRows } = await write
      .insertInto('users')
      .values(userRowOf(user, passwordHash))
      .onConflict((conflict) => conflict.column('name_key').doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) {
      throw new RegistryError('user-exists', `The user name ${JSON.stringify(user.name)} is taken.`);
    }
    await countAdministrators(write, [], user.permissions);
  },

  'user.change-permissions': async (write, { userId, from, to }) => {
    const { numUpdatedRows } = await write
      .updateTable('users')
      .set({ permissions: permissionsText(to) })
      .where('id', '=', userId)
      .where('permissions', '=', permissionsText(from))
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw changedMeanwhile(userId);
    await countAdministrators(write, from, to);
  },

  'user.change-password': async (write, { userId, from, to, mustChangePassword, endsSessions }) => {
    const { numUpdatedRows } = await write
      .updateTable('users')
      .set((row) => ({
        password_hash: to,
        must_change_password: mustChangePassword ? 1 : 0,
        session_generation: row('session_generation', '+', endsSessions ? 1 : 0),
      }))
      .where('id', '=', userId)
      .where('password_hash', '=', from)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw changedMeanwhile(userId);
  },

  'user.delete': async (write, { userId, permissions, at }) => {
    const { numUpdatedRows } = await write
      .updateTable('users')
      .set({ deleted_at: at.getTime(), password_hash: '', permissions: '' })
      .where('id', '=', userId)
      .where('permissions', '=', permissionsText(permissions))
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw changedMeanwhile(userId);
    await countAdministrators(write, permissions, []);
    await write.deleteFrom('group_members').where('user_id', '=', userId).execute();
    await write.deleteFrom('sessions').where('user_id', '=', userId).execute();
    await write.deleteFrom('personal_tokens').where('user_id', '=', userId).execute();
  },
};

async function countAdministrators(
  write: Kysely<Tables>,
  from: readonly Permission[],
  to: readonly Permission[],
): Promise<void> {
  const step = Number(to.includes('admin')) - Number(from.includes('admin'));
  if (step === 0) return;
  const { numUpdatedRows } = await write
    .updateTable('administrators')
    .set({ count: sql<number>`count + ${step}` })
    .where('count', '>', step < 0 ? 1 : -1)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) {
    throw new RegistryError('last-administrator', 'Nobody else has the permission `admin`.');
  }
}

function changedMeanwhile(userId: string): RegistryError {
  return new RegistryError('state-conflict', `The user ${userId} was changed or deleted meanwhile.`);
}

export class SqlUserStore implements UserStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<User | null> {
    const row = await this.#existing().selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : userOf(row);
  }

  async findByName(name: string): Promise<User | null> {
    const row = await this.#existing().selectAll().where('name_key', '=', nameKeyOf(name)).executeTakeFirst();
    return row !== undefined && sameName(row.name, name) ? userOf(row) : null;
  }

  async passwordHashOf(id: string): Promise<string | null> {
    const row = await this.#existing().select('password_hash').where('id', '=', id).executeTakeFirst();
    return row?.password_hash ?? null;
  }

  async list(page: PageRequest): Promise<Page<User>> {
    const query = this.#existing().selectAll();
    return pageById(query, 'oldest first', page, userOf);
  }

  #existing() {
    return this.#database.read.selectFrom('users').where('deleted_at', 'is', null);
  }
}

export function userRowOf(user: User, passwordHash: string): UserRow {
  return {
    id: user.id,
    name: user.name,
    name_key: nameKeyOf(user.name),
    password_hash: passwordHash,
    permissions: permissionsText(user.permissions),
    must_change_password: user.mustChangePassword ? 1 : 0,
    session_generation: user.sessionGeneration,
    created_at: user.createdAt.getTime(),
    deleted_at: null,
  };
}

export function userOf(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    permissions: permissionsIn(row.permissions),
    mustChangePassword: row.must_change_password === 1,
    sessionGeneration: row.session_generation,
    createdAt: new Date(row.created_at),
  };
}

export function permissionsText(permissions: readonly Permission[]): string {
  return permissions.join(' ');
}

export function permissionsIn(text: string): readonly Permission[] {
  return text === '' ? [] : (text.split(' ') as Permission[]);
}
