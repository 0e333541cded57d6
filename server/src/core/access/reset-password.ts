import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { notFound } from '../errors.ts';
import { oneTimePassword, type Passwords } from './passwords.ts';
import type { UserStore } from './ports.ts';
import type { UserPasswordChanged } from './user.ts';

/**
 * Gives the user of this name a one-time password, which is returned, and ends their sessions: for somebody who has
 * forgotten theirs. Whoever calls this decides who may; no face of the registry offers it.
 */
export async function resetPassword(
  ports: {
    clock: Clock;
    randomness: Randomness;
    users: Pick<UserStore, 'findByName' | 'passwordHashOf'>;
    passwords: Passwords;
    commit: Commit<UserPasswordChanged | AuditAppended>;
  },
  caller: Caller,
  userName: string,
): Promise<string> {
  const user = await ports.users.findByName(userName);
  const from = await ports.users.passwordHashOf(user?.id ?? '');
  if (user === null || from === null) throw notFound('user', userName);
  const password = oneTimePassword(ports.randomness);
  const to = await ports.passwords.hash(password);
  await ports.commit([
    {
      change: 'user.change-password',
      userId: user.id,
      from,
      to,
      mustChangePassword: true,
      endsSessions: true,
    },
    audited(ports, caller, 'user.change', { kind: 'user', id: user.id }, { reason: 'password reset' }),
  ]);
  return password;
}
