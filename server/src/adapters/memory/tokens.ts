import type { PersonalToken, Session, TokenChange, TokenInUse, TokenStore } from '../../core/access/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { MemoryGroupStore } from './groups.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';
import type { MemoryUserStore } from './users.ts';

export class MemoryTokenStore implements TokenStore {
  readonly #users: MemoryUserStore;
  readonly #groups: MemoryGroupStore;
  readonly #sessions = new Map<string, Session>();
  readonly #personal = new Map<string, PersonalToken>();
  readonly keptSessions = mapRecords(this.#sessions, ({ id }) => id);
  readonly keptPersonal = mapRecords(this.#personal, ({ id }) => id);

  constructor(users: MemoryUserStore, groups: MemoryGroupStore) {
    this.#users = users;
    this.#groups = groups;
  }

  readonly appliers: MemoryAppliers<TokenChange> = {
    'session.insert': ({ session }) => put(this.#sessions, session.id, session),
    'session.carry-over': ({ sessionId, generation }) => {
      const session = this.#sessions.get(sessionId);
      return put(this.#sessions, sessionId, session && { ...session, generation });
    },
    'session.end': ({ sessionId }) => put(this.#sessions, sessionId, undefined),
    'personal-token.insert': ({ token }) => put(this.#personal, token.id, token),
    'personal-token.revoke': ({ tokenId }) => put(this.#personal, tokenId, undefined),
  };

  async useSession(sessionId: string, now: Date): Promise<TokenInUse<Session> | null> {
    const session = this.#sessions.get(sessionId);
    if (session === undefined || session.usesLeft < 1 || session.expiresAt <= now) return null;
    const used = { ...session, usesLeft: session.usesLeft - 1 };
    this.#sessions.set(sessionId, used);
    return this.#inUse(used);
  }

  async findPersonalInUse(textHash: string): Promise<TokenInUse<PersonalToken> | null> {
    return this.#inUse([...this.#personal.values()].find((token) => token.textHash === textHash));
  }

  async findSession(id: string): Promise<Session | null> {
    return this.#inUse(this.#sessions.get(id))?.token ?? null;
  }

  async findPersonal(id: string): Promise<PersonalToken | null> {
    return this.#inUse(this.#personal.get(id))?.token ?? null;
  }

  async listPersonal(userId: string, page: PageRequest): Promise<Page<PersonalToken>> {
    const exists = this.#users.found(userId) !== null;
    const tokens = [...this.#personal.values()].filter((token) => exists && token.userId === userId);
    return memoryPage(tokens, (token) => [token.id], page);
  }

  async removeExpired(before: Date): Promise<void> {
    for (const tokens of [this.#sessions, this.#personal]) {
      for (const [id, token] of tokens) if (token.expiresAt < before) tokens.delete(id);
    }
  }

  #inUse<T extends Session | PersonalToken>(token: T | undefined): TokenInUse<T> | null {
    const user = token === undefined ? null : this.#users.found(token.userId);
    if (token === undefined || user === null) return null;
    return { token, user, groups: this.#groups.foundOf(user.id) };
  }
}

/** Stores or, given undefined, removes; returns how to undo that. */
function put<T>(map: Map<string, T>, id: string, value: T | undefined): () => void {
  const before = map.get(id);
  const set = (wanted: T | undefined) => {
    if (wanted === undefined) map.delete(id);
    else map.set(id, wanted);
  };
  set(value);
  return () => set(before);
}
