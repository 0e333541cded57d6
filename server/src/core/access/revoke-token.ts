import { type AuditAppended, audited } from '../audit/index.ts';
import { type Caller, isAdmin } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { notFound } from '../errors.ts';
import { requireSelfOrAdmin, sessionOf } from './acting-user.ts';
import type { TokenStore } from './ports.ts';
import type { PersonalTokenRevoked } from './token.ts';

/** Revokes a personal token at once: one's own, and administrators anybody's. A token may revoke itself. */
export async function revokeToken(
  ports: {
    clock: Clock;
    randomness: Randomness;
    tokens: Pick<TokenStore, 'findPersonal'>;
    commit: Commit<PersonalTokenRevoked | AuditAppended>;
  },
  caller: Caller,
  tokenId: string,
): Promise<void> {
  const token = await ports.tokens.findPersonal(tokenId);
  if (token === null) throw notFound('token', tokenId);
  requireSelfOrAdmin(caller, token.userId, 'token', tokenId);
  if (!isAdmin(caller) && caller.token?.id !== tokenId) sessionOf(caller);
  await ports.commit([
    { change: 'personal-token.revoke', tokenId },
    audited(ports, caller, 'token.revoke', { kind: 'token', id: tokenId }),
  ]);
}
