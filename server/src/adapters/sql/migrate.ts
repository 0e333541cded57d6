import { readFile } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import { migrationsIn, refuseNewerSchema } from './schema-versions.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

const folder = new URL('../../../migrations/sqlite/', import.meta.url);

/**
 * Applies the migrations that are missing, each in a transaction of its own, in the order of their names.
 * Returns the names of those applied by this call; several processes may start at once. Refuses a schema that a newer release has migrated further.
 */
export async function migrate(database: SqlDatabase): Promise<string[]> {
  const known = await migrationsIn(folder);
  await sql`CREATE TABLE IF NOT EXISTS schema_migrations (
    name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT`.execute(database.write);
  const applied = new Set(await appliedMigrations(database.write));
  refuseNewerSchema([...applied], known);
  const newlyApplied: string[] = [];
  for (const name of known) {
    if (!applied.has(name) && (await applyMigration(database.write, name))) newlyApplied.push(name);
  }
  return newlyApplied;
}

/** False when another process, that starts at the same time, has applied it meanwhile. */
async function applyMigration(database: Kysely<Tables>, name: string): Promise<boolean> {
  const script = await readFile(new URL(name, folder), 'utf8');
  return database.transaction().execute(async (write) => {
    if ((await appliedMigrations(write)).includes(name)) return false;
    for (const statement of statementsOf(script)) await sql.raw(statement).execute(write);
    await write.insertInto('schema_migrations').values({ name, applied_at: Date.now() }).execute();
    return true;
  });
}

/**
 * A statement ends with a semicolon at the end of a line; a trigger's body, whose lines begin with BEGIN, ends
 * with `END;`.
 */
function statementsOf(script: string): string[] {
  const statements: string[] = [];
  let current: string[] = [];
  for (const line of script.split('\n')) {
    if (line.trim() === '' || line.trimStart().startsWith('--')) continue;
    current.push(line);
    const inTrigger = /^CREATE TRIGGER/i.test(current[0] ?? '');
    if (inTrigger ? /END;\s*$/.test(line) : /;\s*$/.test(line)) {
      statements.push(current.join('\n'));
      current = [];
    }
  }
  if (current.length > 0) throw new Error(`A statement is not ended: ${current.join('\n')}`);
  return statements;
}

async function appliedMigrations(database: Kysely<Tables>): Promise<string[]> {
  const rows = await database.selectFrom('schema_migrations').select('name').execute();
  return rows.map((row) => row.name);
}
