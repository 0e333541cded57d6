import type { Caller } from '../caller.ts';
import type { Page, PageRequest } from '../paging.ts';
import { requireSelfOrAdmin, userOf } from './acting-user.ts';
import type { TokenStore } from './ports.ts';
import type { PersonalToken } from './token.ts';

/** The caller's personal tokens; administrators may name another user. */
export function listTokens(
  ports: { tokens: Pick<TokenStore, 'listPersonal'> },
  caller: Caller,
  filter: { userId?: string | undefined },
  page: PageRequest,
): Promise<Page<PersonalToken>> {
  const userId = filter.userId ?? userOf(caller).id;
  requireSelfOrAdmin(caller, userId, 'user', userId);
  return ports.tokens.listPersonal(userId, page);
}
