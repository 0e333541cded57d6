import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { notFound, RegistryError } from '../errors.ts';
import { sessionOf, userOf } from './acting-user.ts';
import { countPasswordChange, type ThrottlePorts } from './login-throttle.ts';
import { requireStrongPassword } from './password-rule.ts';
import type { Passwords } from './passwords.ts';
import type { UserStore } from './ports.ts';
import type { SessionCarriedOver } from './token.ts';
import type { UserPasswordChanged } from './user.ts';

/**
 * Changes the caller's password and ends all of their other sessions; personal access tokens stay. Throws
 * `password-wrong`, `password-too-weak`, `login-throttled`, and `state-conflict` when it was changed meanwhile.
 */
export async function changePassword(
  ports: ThrottlePorts & {
    randomness: Randomness;
    users: Pick<UserStore, 'find' | 'passwordHashOf'>;
    passwords: Passwords;
    commit: Commit<UserPasswordChanged | SessionCarriedOver | AuditAppended>;
  },
  caller: Caller,
  given: { currentPassword: string; newPassword: string },
): Promise<void> {
  const session = sessionOf(caller);
  const { id, name } = userOf(caller);
  const user = await ports.users.find(id);
  const from = await ports.users.passwordHashOf(id);
  if (user === null || from === null) throw notFound('user', id);
  const attempt = await countPasswordChange(ports, id);
  if (!(await ports.passwords.verify(given.currentPassword, from))) {
    throw new RegistryError('password-wrong', 'The current password is another one.');
  }
  await attempt.succeeded();
  if (given.newPassword === given.currentPassword) {
    throw new RegistryError('password-too-weak', 'The new password must differ from the current one.');
  }
  requireStrongPassword(given.newPassword, name);
  const to = await ports.passwords.hash(given.newPassword);
  await ports.commit([
    { change: 'user.change-password', userId: id, from, to, mustChangePassword: false, endsSessions: true },
    { change: 'session.carry-over', sessionId: session.id, generation: user.sessionGeneration + 1 },
    audited(ports, caller, 'account.change-password', { kind: 'user', id }),
  ]);
}
