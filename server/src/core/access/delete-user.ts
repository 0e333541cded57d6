import { type AuditAppended, audited } from '../audit/index.ts';
import { type Caller, isAdmin } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { notFound } from '../errors.ts';
import { requireSelfOrAdmin, sessionOf } from './acting-user.ts';
import type { UserStore } from './ports.ts';
import type { UserDeleted } from './user.ts';

/**
 * Deletes the user and revokes their tokens at once; the name stays taken. Users delete themselves, administrators
 * everybody. Throws `last-administrator`.
 */
export async function deleteUser(
  ports: {
    clock: Clock;
    randomness: Randomness;
    users: Pick<UserStore, 'find'>;
    commit: Commit<UserDeleted | AuditAppended>;
  },
  caller: Caller,
  userId: string,
): Promise<void> {
  requireSelfOrAdmin(caller, userId, 'user', userId);
  if (!isAdmin(caller)) sessionOf(caller);
  const user = await ports.users.find(userId);
  if (user === null) throw notFound('user', userId);
  await ports.commit([
    { change: 'user.delete', userId, permissions: user.permissions, at: ports.clock.now() },
    audited(ports, caller, 'user.delete', { kind: 'user', id: userId }),
  ]);
}
