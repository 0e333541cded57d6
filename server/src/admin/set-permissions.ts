import { changeUser, type UserStore } from '../core/access/index.ts';
import { findUser } from './find-user.ts';
import { operator } from './operator.ts';
import { permissionsFrom } from './permission-list.ts';

/** Sets what a user may do, from their next request on. */
export async function setPermissions(
  ports: Parameters<typeof changeUser>[0] & { users: Pick<UserStore, 'findByName'> },
  given: { name: string; permissions: string },
  print: (line: string) => void,
): Promise<void> {
  const permissions = permissionsFrom(given.permissions);
  const { id } = await findUser(ports.users, given.name);
  const user = await changeUser(ports, operator(ports.randomness.id()), id, { permissions });
  print(`${user.name} may ${user.permissions.join(', ')}.`);
}
