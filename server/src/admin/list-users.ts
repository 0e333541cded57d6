import type { UserStore } from '../core/access/index.ts';

/** Prints a line per user: name, permissions, since when. */
export async function listUsers(
  ports: { users: Pick<UserStore, 'list'> },
  print: (line: string) => void,
): Promise<void> {
  let after: string | undefined;
  do {
    const page = await ports.users.list({ limit: 200, after });
    for (const { name, permissions, mustChangePassword, createdAt } of page.items) {
      const state = mustChangePassword ? '  (has a one-time password)' : '';
      const may = permissions.join(',') || '-';
      print(`${name.padEnd(24)}  ${may.padEnd(28)}  since ${createdAt.toISOString().slice(0, 10)}${state}`);
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
}
