import type { Page, PageRequest } from '../paging.ts';
import type { Group, GroupMember } from './group.ts';
import type { AttemptCount } from './login-throttle.ts';
import type { PersonalToken, Session } from './token.ts';
import type { User } from './user.ts';

/** Users who are not deleted; a deleted one is as if never there, except that the name stays taken. */
export interface UserStore {
  /** Null when there is none. */
  find(id: string): Promise<User | null>;
  /** By the name in any case; a look-alike is not found. */
  findByName(name: string): Promise<User | null>;
  /** The stored hash of the user's password; null when there is no such user. */
  passwordHashOf(id: string): Promise<string | null>;
  /** Oldest first. */
  list(page: PageRequest): Promise<Page<User>>;
}

export interface GroupStore {
  /** Null when there is none. */
  find(id: string): Promise<Group | null>;
  /** Oldest first. */
  list(page: PageRequest): Promise<Page<Group>>;
  /** By user id. Nobody when there is no such group. */
  listMembers(groupId: string, page: PageRequest): Promise<Page<GroupMember>>;
  /** The groups that the user is in, by id; a user is in few. */
  groupsOf(userId: string): Promise<readonly GroupReference[]>;
}

export interface GroupReference {
  readonly id: string;
  readonly name: string;
}

/** A token with all that the decision about a request needs, read together. */
export interface TokenInUse<T> {
  readonly token: T;
  readonly user: User;
  readonly groups: readonly GroupReference[];
}

/** What is revoked, ended or owned by a deleted user is not there. */
export interface TokenStore {
  /**
   * Takes one use of the session, atomically: of any number of calls at the same time, as many succeed as there
   * are uses left. Null, and nothing taken, when there is none left, when it has expired at `now`, and when it is
   * not there. A power cut (not a crash of the process) may give back the uses taken last.
   *
   * A session of an older generation than its user's is returned like others: its end is the caller's to see.
   */
  useSession(sessionId: string, now: Date): Promise<TokenInUse<Session> | null>;

  /** The personal token whose text has this hash, expired or not. On the path of every request: one keyed read. */
  findPersonalInUse(textHash: string): Promise<TokenInUse<PersonalToken> | null>;

  findSession(id: string): Promise<Session | null>;
  findPersonal(id: string): Promise<PersonalToken | null>;

  /** The user's personal tokens, expired or not, oldest first. */
  listPersonal(userId: string, page: PageRequest): Promise<Page<PersonalToken>>;

  /** Forgets tokens that expired before; at most some hundred at a time, so call it now and then. */
  removeExpired(before: Date): Promise<void>;
}

/** Failed logins, counted per key. Survives a restart; a power cut may lose what was counted last. */
export interface LoginAttempts {
  /** Null when nothing is counted. */
  find(key: string): Promise<AttemptCount | null>;
  /** Stores `count`, provided that `expected` is what `find` would give now; false, and nothing done, otherwise. */
  replace(key: string, expected: AttemptCount | null, count: AttemptCount): Promise<boolean>;
  /** Removes counts whose `forgetAt` has passed; at most some hundred at a time. */
  removeForgotten(now: Date): Promise<void>;
}

/** What a session token states; the rest is in the session's record. */
export interface SessionStatement {
  readonly sessionId: string;
  readonly userId: string;
}

/** Makes and recognises the text of session tokens. */
export interface SessionSigner {
  sign(statement: SessionStatement, issuedAt: Date, expiresAt: Date): Promise<string>;
  /** Null when it is not ours, was changed, or is expired; never throws for what a client sent. */
  verify(text: string): Promise<SessionStatement | null>;
}
