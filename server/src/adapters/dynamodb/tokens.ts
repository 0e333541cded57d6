// Of the table `tokens`:
//
//   pk                       sk   what
//   session#<id>             -    a session
//   personal#<text hash>     -    a personal token: found by what a request brings, in one read
//   token#<id>               -    under which hash the personal token lies
//
// Whose owner is gone is not there, though its item stays until it expires: by DynamoDB itself within some days,
// or sooner by `removeExpired`.
import type { PersonalToken, Session, TokenChange, TokenInUse, TokenStore } from '../../core/access/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase, Write } from './database.ts';
import { Expiry, type ExpiryAttributes, expiringAt } from './expiry.ts';
import { pageById } from './pages.ts';
import { alone, type Key } from './tables.ts';
import { groupsIn, type UserRow, userKey, userOf } from './users.ts';
import { newTag } from './working-items.ts';

export interface SessionRow extends ExpiryAttributes {
  readonly id: string;
  readonly userId: string;
  readonly generation: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usesLeft: number;
}

export interface PersonalTokenRow extends ExpiryAttributes {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly textHash: string;
  readonly permissions: PersonalToken['permissions'];
  readonly packagePatterns: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly listPk: string;
  readonly listSk: string;
}

interface PlaceRow extends ExpiryAttributes {
  readonly textHash: string;
}

export const sessionKey = (id: string): Key => ({ table: 'tokens', pk: `session#${id}`, sk: alone });
export const personalKey = (textHash: string): Key => ({
  table: 'tokens',
  pk: `personal#${textHash}`,
  sk: alone,
});
export const placeKey = (id: string): Key => ({ table: 'tokens', pk: `token#${id}`, sk: alone });
const ownerPartition = (userId: string) => `user#${userId}`;

/** What is written for a new one. */
export function sessionWrites(session: Session): readonly Write[] {
  const row: SessionRow = {
    ...session,
    createdAt: session.createdAt.getTime(),
    expiresAt: session.expiresAt.getTime(),
    ...expiringAt('token', session.expiresAt, session.id),
  };
  return [{ key: sessionKey(session.id), attributes: { ...row } }];
}

/** What is written for a new one. */
export function personalTokenWrites(token: PersonalToken): readonly Write[] {
  const expiry = expiringAt('token', token.expiresAt, token.id);
  const row: PersonalTokenRow = {
    ...token,
    createdAt: token.createdAt.getTime(),
    expiresAt: token.expiresAt.getTime(),
    listPk: ownerPartition(token.userId),
    listSk: token.id,
    ...expiry,
  };
  const place: PlaceRow = { textHash: token.textHash, ...expiry };
  return [
    { key: personalKey(token.textHash), attributes: { ...row } },
    { key: placeKey(token.id), attributes: { ...place } },
  ];
}

export const tokenPlanners: ChangePlanners<TokenChange> = {
  'session.insert': { plan: (items, { session }) => items.putAll(sessionWrites(session)) },

  'session.carry-over': {
    reads: ({ sessionId }) => [sessionKey(sessionId)],
    async plan(items, { sessionId, generation }) {
      const session = await items.get<SessionRow>(sessionKey(sessionId));
      if (session !== null) items.put(sessionKey(sessionId), { ...session, generation });
    },
  },

  'session.end': { plan: (items, { sessionId }) => items.delete(sessionKey(sessionId)) },

  'personal-token.insert': { plan: (items, { token }) => items.putAll(personalTokenWrites(token)) },

  'personal-token.revoke': {
    reads: ({ tokenId }) => [placeKey(tokenId)],
    async plan(items, { tokenId }) {
      const place = await items.get<PlaceRow>(placeKey(tokenId));
      if (place === null) return;
      items.delete(placeKey(tokenId));
      items.delete(personalKey(place.textHash));
    },
  },
};

export class DynamoTokenStore implements TokenStore {
  readonly #database: DynamoDatabase;
  readonly #expiry: Expiry;

  constructor(database: DynamoDatabase) {
    this.#database = database;
    this.#expiry = new Expiry(database, 'token');
  }

  /** A lost answer may cost the session one more use than it had. */
  async useSession(sessionId: string, now: Date): Promise<TokenInUse<Session> | null> {
    const row = await this.#database.update<SessionRow>(sessionKey(sessionId), {
      update: 'SET #usesLeft = #usesLeft - :one, #tag = :tag',
      when: '#usesLeft >= :one AND #expiresAt > :now',
      values: { one: 1, now: now.getTime(), tag: newTag() },
    });
    return row && this.#inUse(sessionOf(row));
  }

  async findPersonalInUse(textHash: string): Promise<TokenInUse<PersonalToken> | null> {
    const row = await this.#database.get<PersonalTokenRow>(personalKey(textHash));
    return row && this.#inUse(personalTokenOf(row));
  }

  async findSession(id: string): Promise<Session | null> {
    const row = await this.#database.get<SessionRow>(sessionKey(id));
    return row && ((await this.#inUse(sessionOf(row)))?.token ?? null);
  }

  async findPersonal(id: string): Promise<PersonalToken | null> {
    const place = await this.#database.get<PlaceRow>(placeKey(id));
    return place && ((await this.findPersonalInUse(place.textHash))?.token ?? null);
  }

  async listPersonal(userId: string, page: PageRequest): Promise<Page<PersonalToken>> {
    if ((await this.#database.get(userKey(userId))) === null) return { items: [], next: null };
    const partitions = [{ table: 'tokens', index: 'list', partition: ownerPartition(userId) } as const];
    return pageById(this.#database, { partitions, order: 'oldest first' }, page, personalTokenOf);
  }

  removeExpired(before: Date): Promise<void> {
    return this.#expiry.remove(before);
  }

  async #inUse<T extends Session | PersonalToken>(token: T): Promise<TokenInUse<T> | null> {
    const row = await this.#database.get<UserRow>(userKey(token.userId));
    return row && { token, user: userOf(row), groups: groupsIn(row) };
  }
}

export function sessionOf({ id, userId, generation, createdAt, expiresAt, usesLeft }: SessionRow): Session {
  const [created, expires] = [new Date(createdAt), new Date(expiresAt)];
  return { id, userId, generation, createdAt: created, expiresAt: expires, usesLeft };
}

export function personalTokenOf(row: PersonalTokenRow): PersonalToken {
  return {
    id: row.id,
    userId: row.userId,
    name: row.name,
    textHash: row.textHash,
    permissions: row.permissions,
    packagePatterns: row.packagePatterns,
    createdAt: new Date(row.createdAt),
    expiresAt: new Date(row.expiresAt),
  };
}
