import { type AuditAppended, audited } from '../audit/index.ts';
import { type Caller, isAdmin, type Permission } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import { requireStrongPassword } from './password-rule.ts';
import type { Passwords } from './passwords.ts';
import type { AccessSettings } from './settings.ts';
import { inOrder, type User, type UserInserted } from './user.ts';
import { requireName } from './user-name.ts';

/**
 * Adds a user. Administrators say what the user may do; where registration is open others register with the default
 * permissions, no more. Throws `registration-closed`, `password-too-weak`, `user-exists`.
 */
export async function registerUser(
  ports: {
    clock: Clock;
    randomness: Randomness;
    passwords: Passwords;
    access: Pick<AccessSettings, 'openRegistration' | 'defaultPermissions'>;
    commit: Commit<UserInserted | AuditAppended>;
  },
  caller: Caller,
  given: {
    name: string;
    password: string;
    permissions?: readonly Permission[] | undefined;
    mustChangePassword?: boolean | undefined;
  },
): Promise<User> {
  const permissions = grantedBy(caller, ports.access, given.permissions);
  requireName('user', given.name);
  requireStrongPassword(given.password, given.name);
  const user: User = {
    id: ports.randomness.id(),
    name: given.name,
    permissions,
    mustChangePassword: given.mustChangePassword ?? false,
    sessionGeneration: 0,
    createdAt: ports.clock.now(),
  };
  const passwordHash = await ports.passwords.hash(given.password);
  await ports.commit([
    { change: 'user.insert', user, passwordHash },
    audited(ports, caller, 'account.register', { kind: 'user', id: user.id }),
  ]);
  return user;
}

function grantedBy(
  caller: Caller,
  access: Pick<AccessSettings, 'openRegistration' | 'defaultPermissions'>,
  wanted: readonly Permission[] | undefined,
): readonly Permission[] {
  const permissions = inOrder(wanted ?? access.defaultPermissions);
  if (isAdmin(caller)) return permissions;
  if (!access.openRegistration) {
    throw new RegistryError('registration-closed', 'Only administrators register users of this registry.');
  }
  const beyond = permissions.filter((permission) => !access.defaultPermissions.includes(permission));
  if (beyond.length > 0) {
    throw new RegistryError(
      'permission-denied',
      `Only an administrator can give ${beyond.join(', ')}; leave \`permissions\` out.`,
    );
  }
  return permissions;
}
