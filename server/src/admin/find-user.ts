import type { User, UserStore } from '../core/access/index.ts';
import { notFound } from '../core/errors.ts';

/** Refuses (`not-found`) a name that is nobody's. */
export async function findUser(users: Pick<UserStore, 'findByName'>, name: string): Promise<User> {
  const user = await users.findByName(name);
  if (user === null) throw notFound('user', name);
  return user;
}
