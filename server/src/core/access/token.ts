import type { Permission } from '../caller.ts';

/** What a login opens. The client holds a signed statement of the id; everything that counts is in this record. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** The user's `sessionGeneration` when it was opened; once that has moved on the session is over. */
  readonly generation: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usesLeft: number;
}

/** A token for programs. Its text is shown once; only the hash of it is kept. */
export interface PersonalToken {
  readonly id: string;
  readonly userId: string;
  /** What the owner calls it; need not be unique. */
  readonly name: string;
  /** SHA-256 of the text, lower-case hex. */
  readonly textHash: string;
  /** What it extends to, of what its owner may do at the time of use. */
  readonly permissions: readonly Permission[];
  /** Package names it is good for, `*` matching any run of characters; empty: all. */
  readonly packagePatterns: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Never violated: ids are new. */
export interface SessionInserted {
  readonly change: 'session.insert';
  readonly session: Session;
}

/** Carries one session over to a generation that ends the others. Nothing when there is none. */
export interface SessionCarriedOver {
  readonly change: 'session.carry-over';
  readonly sessionId: string;
  readonly generation: number;
}

/** Ends the session at once. Nothing when it has ended. */
export interface SessionEnded {
  readonly change: 'session.end';
  readonly sessionId: string;
}

/** Never violated: ids and hashes are new. */
export interface PersonalTokenInserted {
  readonly change: 'personal-token.insert';
  readonly token: PersonalToken;
}

/** Revokes the token at once. Nothing when there is none. */
export interface PersonalTokenRevoked {
  readonly change: 'personal-token.revoke';
  readonly tokenId: string;
}

export type TokenChange =
  | SessionInserted
  | SessionCarriedOver
  | SessionEnded
  | PersonalTokenInserted
  | PersonalTokenRevoked;
