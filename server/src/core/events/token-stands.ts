import type { TokenStore, UserStore } from '../access/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock } from '../clock.ts';

export interface TokenStandsPorts {
  readonly clock: Clock;
  readonly tokens: Pick<TokenStore, 'findSession' | 'findPersonal'>;
  readonly users: Pick<UserStore, 'find'>;
}

/**
 * Is what the caller came with still good: not expired, not revoked, its user there and still entitled to what the
 * caller was let in for? Takes no use of a session, so that it can be asked during a long answer.
 */
export async function tokenStands(ports: TokenStandsPorts, caller: Caller): Promise<boolean> {
  if (caller.user === null || caller.token === null) return false;
  const { id, kind } = caller.token;
  const user = await ports.users.find(caller.user.id);
  if (user === null || lost(caller, user.permissions)) return false;
  const now = ports.clock.now();
  if (kind === 'personal') {
    const token = await ports.tokens.findPersonal(id);
    return token !== null && token.expiresAt > now;
  }
  const session = await ports.tokens.findSession(id);
  return session !== null && session.expiresAt > now && session.generation === user.sessionGeneration;
}

/** Only `admin` shows more events than anybody's own. */
function lost(caller: Caller, permissions: readonly string[]): boolean {
  return caller.user?.permissions.has('admin') === true && !permissions.includes('admin');
}
