import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller, Permission } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { notFound } from '../errors.ts';
import type { UserStore } from './ports.ts';
import { inOrder, type User, type UserPermissionsChanged } from './user.ts';

/**
 * Sets what the user may do, from their next request on. Throws `last-administrator` when nobody would be left with
 * `admin`, and `state-conflict` when somebody else changed them meanwhile.
 */
export async function changeUser(
  ports: {
    clock: Clock;
    randomness: Randomness;
    users: Pick<UserStore, 'find'>;
    commit: Commit<UserPermissionsChanged | AuditAppended>;
  },
  caller: Caller,
  userId: string,
  given: { permissions: readonly Permission[] },
): Promise<User> {
  const user = await ports.users.find(userId);
  if (user === null) throw notFound('user', userId);
  const to = inOrder(given.permissions);
  await ports.commit([
    { change: 'user.change-permissions', userId, from: user.permissions, to },
    audited(
      ports,
      caller,
      'user.change',
      { kind: 'user', id: userId },
      { reason: `permissions: ${to.join(' ')}` },
    ),
  ]);
  return { ...user, permissions: to };
}
