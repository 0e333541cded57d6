import type { Caller } from '../caller.ts';
import { notFound } from '../errors.ts';
import { requireSelfOrAdmin } from './acting-user.ts';
import type { GroupReference, GroupStore, UserStore } from './ports.ts';
import type { User } from './user.ts';

/** The user with their groups. Users read themselves, administrators everybody. */
export async function readUser(
  ports: { users: Pick<UserStore, 'find'>; groups: Pick<GroupStore, 'groupsOf'> },
  caller: Caller,
  userId: string,
): Promise<{ user: User; groups: readonly GroupReference[] }> {
  requireSelfOrAdmin(caller, userId, 'user', userId);
  const user = await ports.users.find(userId);
  if (user === null) throw notFound('user', userId);
  return { user, groups: await ports.groups.groupsOf(userId) };
}
