import { chmod, rm } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';

/** Copies a database in use, as of one moment; nobody waits for it. What lies at `target` goes. */
export async function copySqlite(path: string, target: string): Promise<void> {
  await rm(target, { force: true });
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    // All pages in one step: between steps others write, and it would begin again.
    await backup(database, target, { rate: 2 ** 31 - 1 });
  } finally {
    database.close();
  }
  await chmod(target, 0o600);
}
