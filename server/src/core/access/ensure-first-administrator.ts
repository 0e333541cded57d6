import { type AuditAppended, audited } from '../audit/index.ts';
import { permissions, registryItself } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import { oneTimePassword, type Passwords } from './passwords.ts';
import type { UserStore } from './ports.ts';
import type { User, UserInserted } from './user.ts';

export interface FirstAdministrator {
  readonly name: string;
  /** To be shown once: it is stored nowhere. */
  readonly oneTimePassword: string;
}

/**
 * Makes the user `admin` when there are no users, so that a new registry can be entered; null when there are some.
 * Of several processes that start at the same time one makes it.
 */
export async function ensureFirstAdministrator(ports: {
  clock: Clock;
  randomness: Randomness;
  users: Pick<UserStore, 'list'>;
  passwords: Passwords;
  commit: Commit<UserInserted | AuditAppended>;
}): Promise<FirstAdministrator | null> {
  if ((await ports.users.list({ limit: 1 })).items.length > 0) return null;
  const password = oneTimePassword(ports.randomness);
  const user: User = {
    id: ports.randomness.id(),
    name: 'admin',
    permissions,
    mustChangePassword: true,
    sessionGeneration: 0,
    createdAt: ports.clock.now(),
  };
  const passwordHash = await ports.passwords.hash(password);
  const caller = registryItself('start');
  try {
    await ports.commit([
      { change: 'user.insert', user, passwordHash },
      audited(ports, caller, 'account.register', { kind: 'user', id: user.id }),
    ]);
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'user-exists') return null;
    throw error;
  }
  return { name: user.name, oneTimePassword: password };
}
