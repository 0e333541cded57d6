import { userOf } from '../../../core/access/index.ts';
import { type Caller, isAdmin } from '../../../core/caller.ts';
import { notFound } from '../../../core/errors.ts';

/** Whose history is asked for: one's own where nobody is named; others' only by administrators. */
export function historyUser(caller: Caller, asked: string | undefined): string {
  const own = userOf(caller).id;
  if (asked === undefined || asked === own || isAdmin(caller)) return asked ?? own;
  throw notFound('user', asked);
}
