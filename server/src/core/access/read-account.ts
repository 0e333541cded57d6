import type { Caller, CallingToken, Permission } from '../caller.ts';
import { RegistryError } from '../errors.ts';
import { userOf } from './acting-user.ts';
import type { GroupReference, GroupStore, TokenStore, UserStore } from './ports.ts';
import { readUser } from './read-user.ts';
import { inOrder, type User } from './user.ts';

export interface Account {
  readonly user: User;
  readonly groups: readonly GroupReference[];
  readonly reviewer: boolean;
  readonly token: CallingToken & {
    /** What of the user's permissions the token extends to. */
    readonly permissions: readonly Permission[];
    readonly expiresAt: Date;
    /** Null: without limit. */
    readonly usesLeft: number | null;
  };
}

/** Who the caller is and what their token is good for. */
export async function readAccount(
  ports: {
    users: Pick<UserStore, 'find'>;
    groups: Pick<GroupStore, 'groupsOf'>;
    tokens: Pick<TokenStore, 'findSession' | 'findPersonal'>;
  },
  caller: Caller,
): Promise<Account> {
  const { id, permissions, reviewer } = userOf(caller);
  const token = await tokenOf(ports, caller);
  const { user, groups } = await readUser(ports, caller, id);
  return { user, groups, reviewer, token: { ...token, permissions: inOrder(permissions) } };
}

async function tokenOf(
  { tokens }: { tokens: Pick<TokenStore, 'findSession' | 'findPersonal'> },
  { token }: Caller,
): Promise<Omit<Account['token'], 'permissions'>> {
  if (token?.kind === 'session') {
    const session = await tokens.findSession(token.id);
    if (session !== null) return { ...token, expiresAt: session.expiresAt, usesLeft: session.usesLeft };
  }
  if (token?.kind === 'personal') {
    const personal = await tokens.findPersonal(token.id);
    if (personal !== null) return { ...token, expiresAt: personal.expiresAt, usesLeft: null };
  }
  throw new RegistryError('token-invalid', 'The token was revoked meanwhile.');
}
