import { oneTimePassword, registerUser } from '../core/access/index.ts';
import { operator } from './operator.ts';
import { permissionsFrom } from './permission-list.ts';

/** Adds a user and prints the one-time password that they log in with. */
export async function addUser(
  ports: Parameters<typeof registerUser>[0],
  given: { name: string; permissions: string | undefined },
  print: (line: string) => void,
): Promise<void> {
  const password = oneTimePassword(ports.randomness);
  const user = await registerUser(ports, operator(ports.randomness.id()), {
    name: given.name,
    password,
    permissions: given.permissions === undefined ? undefined : permissionsFrom(given.permissions),
    mustChangePassword: true,
  });
  print(`${user.name} may ${user.permissions.join(', ') || 'do nothing'}.`);
  print(`One-time password, to be changed at the first login: ${password}`);
}
