import { requireUnlimitedToken, userOf } from '../../../core/access/index.ts';
import { mayReadHistoryOf } from '../../../core/audit/index.ts';
import type { Caller } from '../../../core/caller.ts';
import { notFound } from '../../../core/errors.ts';

/** Whose history is asked for: one's own where nobody is named; others' only by administrators. */
export function historyUser(caller: Caller, asked: string | undefined): string {
  requireUnlimitedToken(caller);
  const userId = asked ?? userOf(caller).id;
  if (mayReadHistoryOf(caller, userId)) return userId;
  throw notFound('user', userId);
}
