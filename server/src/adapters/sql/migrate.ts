import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { requireWorkable } from '../../core/schema.ts';
import { migrationsIn, stepName, stepsIn, worksFromOf } from './schema-versions.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

const ownFolder = new URL('../../../migrations/sqlite/', import.meta.url);

/**
 * Applies the migrations that are missing, each in a transaction of its own, in the order of their names.
 * Returns the names of those applied by this call; several processes may start at once. A schema that a newer release has
 * migrated further is left as it is, and refused when this one does not work on it. `folder`: another release's migrations.
 */
export async function migrate(database: SqlDatabase, folder = ownFolder): Promise<string[]> {
  const known = await migrationsIn(folder);
  const steps = known.map(stepName);
  await sql`CREATE TABLE IF NOT EXISTS schema_migrations (
    name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT`.execute(database.write);
  const before = await stepsIn(database.write);
  requireWorkable(before, steps);
  const applied = new Set(before.map(({ name }) => name));
  const newlyApplied: string[] = [];
  for (const name of known) {
    if (applied.has(stepName(name))) continue;
    if (await applyMigration(database.write, new URL(name, folder))) newlyApplied.push(name);
  }
  // A newer release may have started meanwhile.
  requireWorkable(await stepsIn(database.write), steps);
  return newlyApplied;
}

/** False when another process, that starts at the same time, has applied it meanwhile. */
async function applyMigration(database: Kysely<Tables>, file: URL): Promise<boolean> {
  const name = basename(file.pathname);
  const script = await readFile(file, 'utf8');
  const works_from = worksFromOf(script);
  return database.transaction().execute(async (write) => {
    if ((await stepsIn(write)).some((step) => step.name === stepName(name))) return false;
    for (const statement of statementsOf(script)) await sql.raw(statement).execute(write);
    const row = { name, applied_at: Date.now(), ...(works_from !== null && { works_from }) };
    await write.insertInto('schema_migrations').values(row).execute();
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
