import { resetPassword } from '../core/access/index.ts';
import { operator } from './operator.ts';

/** Gives a user a one-time password, which is printed, and ends their sessions. */
export async function resetPasswordOf(
  ports: Parameters<typeof resetPassword>[0],
  given: { name: string },
  print: (line: string) => void,
): Promise<void> {
  const password = await resetPassword(ports, operator(ports.randomness.id()), given.name);
  print(`One-time password of ${given.name}, to be changed at the first login: ${password}`);
}
