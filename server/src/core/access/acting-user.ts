import { type Caller, type CallingToken, type CallingUser, isAdmin } from '../caller.ts';
import { notFound, RegistryError } from '../errors.ts';

/** The user behind the caller; an anonymous one is refused (`unauthenticated`). */
export function userOf(caller: Caller): CallingUser {
  if (caller.user !== null) return caller.user;
  throw new RegistryError('unauthenticated', 'This needs a token, and the request carries none.');
}

/**
 * The session of the caller, for what decides about the account itself: a personal token, narrowed or leaked, must
 * not become more than it is by making other tokens or changing the password.
 */
export function sessionOf(caller: Caller): CallingToken {
  userOf(caller);
  if (caller.token?.kind === 'session') return caller.token;
  throw new RegistryError(
    'permission-denied',
    'A personal access token cannot do this; use the token of a login (POST /api/auth/login).',
  );
}

/** Lets administrators and the user themselves pass; to others there is no such thing. */
export function requireSelfOrAdmin(caller: Caller, userId: string, what: string, id: string): void {
  if (!isAdmin(caller) && userOf(caller).id !== userId) throw notFound(what, id);
}

/** Refuses a token that is limited to some packages where all of its owner's are the matter. */
export function requireUnlimitedToken(caller: Caller): void {
  if ((caller.token?.packagePatterns.length ?? 0) === 0) return;
  throw new RegistryError(
    'permission-denied',
    'A token that is limited to some packages cannot do this: it is about all packages of its owner.',
  );
}
