import { deleteUser, type UserStore } from '../core/access/index.ts';
import { findUser } from './find-user.ts';
import { operator } from './operator.ts';

/** Deletes a user; their tokens are revoked at once, and their name stays taken. */
export async function deleteUserByName(
  ports: Parameters<typeof deleteUser>[0] & { users: Pick<UserStore, 'findByName'> },
  given: { name: string },
  print: (line: string) => void,
): Promise<void> {
  const { id, name } = await findUser(ports.users, given.name);
  await deleteUser(ports, operator(ports.randomness.id()), id);
  print(`${name} is deleted, and no token of theirs is good any more.`);
}
