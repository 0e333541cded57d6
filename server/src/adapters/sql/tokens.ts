import type { CompiledQuery, Kysely } from 'kysely';
import type {
  GroupReference,
  PersonalToken,
  Session,
  TokenChange,
  TokenInUse,
  TokenStore,
  User,
} from '../../core/access/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { pageById } from './page-by-id.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';
import { permissionsIn, permissionsText } from './users.ts';

interface SessionRow {
  id: string;
  user_id: string;
  generation: number;
  created_at: number;
  expires_at: number;
  uses_left: number;
}

interface PersonalTokenRow {
  id: string;
  user_id: string;
  name: string;
  text_hash: string;
  /** Separated by spaces. */
  permissions: string;
  /** JSON. */
  package_patterns: string;
  created_at: number;
  expires_at: number;
}

export interface TokenTables {
  sessions: SessionRow;
  personal_tokens: PersonalTokenRow;
}

export const tokenChanges: ChangeAppliers<TokenChange> = {
  'session.insert': (write, { session }) =>
    write.insertInto('sessions').values(sessionRowOf(session)).execute(),

  'session.carry-over': (write, { sessionId, generation }) =>
    write.updateTable('sessions').set({ generation }).where('id', '=', sessionId).execute(),

  'session.end': (write, { sessionId }) => write.deleteFrom('sessions').where('id', '=', sessionId).execute(),

  'personal-token.insert': (write, { token }) =>
    write.insertInto('personal_tokens').values(personalTokenRowOf(token)).execute(),

  'personal-token.revoke': (write, { tokenId }) =>
    write.deleteFrom('personal_tokens').where('id', '=', tokenId).execute(),
};

/** What a row of the user and one of the user's groups looks like beside that of a token. */
interface OwnerRow {
  userId: string;
  userName: string;
  userPermissions: string;
  mustChangePassword: number;
  sessionGeneration: number;
  userCreatedAt: number;
  groupId: string | null;
  groupName: string | null;
}

const removedAtOnce = 500;

export class SqlTokenStore implements TokenStore {
  readonly #database: SqlDatabase;
  readonly #takeUse: (sessionId: string, now: Date) => Promise<boolean>;
  readonly #sessionInUse: (id: string) => Promise<readonly (SessionRow & OwnerRow)[]>;
  readonly #personalInUse: (textHash: string) => Promise<readonly (PersonalTokenRow & OwnerRow)[]>;

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#takeUse = takingUse(database);
    this.#sessionInUse = readingSessionInUse(database);
    this.#personalInUse = readingPersonalInUse(database);
  }

  async useSession(sessionId: string, now: Date): Promise<TokenInUse<Session> | null> {
    if (!(await this.#takeUse(sessionId, now))) return null;
    return inUse(await this.#sessionInUse(sessionId), sessionOf);
  }

  async findPersonalInUse(textHash: string): Promise<TokenInUse<PersonalToken> | null> {
    return inUse(await this.#personalInUse(textHash), personalTokenOf);
  }

  async findSession(id: string): Promise<Session | null> {
    const row = await this.#database.read
      .selectFrom('sessions')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : sessionOf(row);
  }

  async findPersonal(id: string): Promise<PersonalToken | null> {
    const row = await this.#database.read
      .selectFrom('personal_tokens')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : personalTokenOf(row);
  }

  async listPersonal(userId: string, page: PageRequest): Promise<Page<PersonalToken>> {
    const query = this.#database.read.selectFrom('personal_tokens').selectAll().where('user_id', '=', userId);
    return pageById(query, 'oldest first', page, personalTokenOf);
  }

  async removeExpired(before: Date): Promise<void> {
    for (const table of ['sessions', 'personal_tokens'] as const) {
      const { read } = this.#database;
      const expired = await read
        .selectFrom(table)
        .select('id')
        .where('expires_at', '<', before.getTime())
        .limit(removedAtOnce)
        .execute();
      if (expired.length === 0) continue;
      const ids = expired.map((row) => row.id);
      await this.#database.relaxed((write) => write.deleteFrom(table).where('id', 'in', ids).execute());
    }
  }
}

// The three statements on the path of every request are compiled once; only their parameters change.

function takingUse({ relaxed, write }: SqlDatabase): (sessionId: string, now: Date) => Promise<boolean> {
  const compiled = write
    .updateTable('sessions')
    .set((row) => ({ uses_left: row('uses_left', '-', 1) }))
    .where('id', '=', '')
    .where('uses_left', '>', 0)
    .where('expires_at', '>', 0)
    .compile();
  return async (sessionId, now) => {
    const query = { ...compiled, parameters: [1, sessionId, 0, now.getTime()] };
    const { numAffectedRows } = await relaxed((connection) => connection.executeQuery(query));
    return numAffectedRows === 1n;
  };
}

function readingSessionInUse({ read }: SqlDatabase) {
  const compiled = read
    .selectFrom('sessions as token')
    .innerJoin('users as user', 'user.id', 'token.user_id')
    .leftJoin('group_members as member', 'member.user_id', 'user.id')
    .where('token.id', '=', '')
    .where('user.deleted_at', 'is', null)
    .selectAll('token')
    .select(ownerColumns)
    .compile();
  return (id: string) => rowsOf(read, compiled, id);
}

function readingPersonalInUse({ read }: SqlDatabase) {
  const compiled = read
    .selectFrom('personal_tokens as token')
    .innerJoin('users as user', 'user.id', 'token.user_id')
    .leftJoin('group_members as member', 'member.user_id', 'user.id')
    .where('token.text_hash', '=', '')
    .where('user.deleted_at', 'is', null)
    .selectAll('token')
    .select(ownerColumns)
    .compile();
  return (textHash: string) => rowsOf(read, compiled, textHash);
}

async function rowsOf<R>(
  read: Kysely<Tables>,
  compiled: CompiledQuery<R>,
  key: string,
): Promise<readonly R[]> {
  return (await read.executeQuery<R>({ ...compiled, parameters: [key] })).rows;
}

const ownerColumns = [
  'user.id as userId',
  'user.name as userName',
  'user.permissions as userPermissions',
  'user.must_change_password as mustChangePassword',
  'user.session_generation as sessionGeneration',
  'user.created_at as userCreatedAt',
  'member.group_id as groupId',
  'member.group_name as groupName',
] as const;

/** One row per group of the owner, or a single one without. */
function inUse<R extends OwnerRow, T>(rows: readonly R[], tokenOf: (row: R) => T): TokenInUse<T> | null {
  const [first] = rows;
  return first === undefined
    ? null
    : { token: tokenOf(first), user: ownerOf(first), groups: rows.flatMap(groupIn) };
}

function ownerOf(row: OwnerRow): User {
  return {
    id: row.userId,
    name: row.userName,
    permissions: permissionsIn(row.userPermissions),
    mustChangePassword: row.mustChangePassword === 1,
    sessionGeneration: row.sessionGeneration,
    createdAt: new Date(row.userCreatedAt),
  };
}

function groupIn({ groupId, groupName }: OwnerRow): readonly GroupReference[] {
  return groupId === null ? [] : [{ id: groupId, name: groupName ?? '' }];
}

export function sessionRowOf(session: Session): SessionRow {
  return {
    id: session.id,
    user_id: session.userId,
    generation: session.generation,
    created_at: session.createdAt.getTime(),
    expires_at: session.expiresAt.getTime(),
    uses_left: session.usesLeft,
  };
}

export function sessionOf(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    generation: row.generation,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    usesLeft: row.uses_left,
  };
}

export function personalTokenRowOf(token: PersonalToken): PersonalTokenRow {
  return {
    id: token.id,
    user_id: token.userId,
    name: token.name,
    text_hash: token.textHash,
    permissions: permissionsText(token.permissions),
    package_patterns: JSON.stringify(token.packagePatterns),
    created_at: token.createdAt.getTime(),
    expires_at: token.expiresAt.getTime(),
  };
}

export function personalTokenOf(row: PersonalTokenRow): PersonalToken {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    textHash: row.text_hash,
    permissions: permissionsIn(row.permissions),
    packagePatterns: row.package_patterns === '[]' ? [] : JSON.parse(row.package_patterns),
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
  };
}
