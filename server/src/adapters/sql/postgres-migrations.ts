// Migrations run on a connection of their own, without the limits of requests, one process at a time.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { isTransient } from '../../core/errors.ts';
import { requireComplete, requireWorkable, type SchemaStep } from '../../core/schema.ts';
import { told } from './postgres-errors.ts';
import { clientSettings, type PostgresLimits, type PostgresServer } from './postgres-pool.ts';
import { migrationsIn, stepName, stepsIn, stepsOf, worksFromOf } from './schema-versions.ts';
import type { Tables } from './tables.ts';

const ownFolder = new URL('../../../migrations/postgres/', import.meta.url);

type Ask = (text: string, values?: readonly unknown[]) => Promise<pg.QueryResult>;

/**
 * Applies the migrations that are missing and resolves with their names. Any number of processes may call it at
 * once: one migrates, the others wait for it. A schema that a newer release has migrated further is left as it is, and
 * refused when this one does not work on it. `folder`: another release's migrations.
 */
export async function migratePostgres(
  server: PostgresServer & PostgresLimits,
  folder = ownFolder,
): Promise<string[]> {
  const client = new pg.Client({
    ...clientSettings(server),
    connectionTimeoutMillis: server.connectTimeoutMs,
  });
  client.on('error', () => {});
  const ask: Ask = async (text, values = []) => {
    try {
      return await client.query(text, [...values]);
    } catch (error) {
      throw told(error);
    }
  };
  try {
    await client.connect().catch((error) => {
      throw told(error);
    });
    await waitForTurn(ask);
    return await applyMissing(ask, server.lockTimeoutMs, folder);
  } finally {
    // Ends its turn, too.
    await client.end();
  }
}

/** Any number that no other program takes. */
const turn = 4_773_216_390_251;
const pollMs = 100;

/** Asked again and again: a statement that waited would itself be waited for by whoever builds an index meanwhile. */
async function waitForTurn(ask: Ask): Promise<void> {
  for (;;) {
    const { rows } = await ask('SELECT pg_try_advisory_lock($1) AS mine', [turn]);
    if (rows[0]?.mine === true) return;
    await wait(pollMs);
  }
}

async function applyMissing(ask: Ask, lockTimeoutMs: number, folder: URL): Promise<string[]> {
  const known = await migrationsIn(folder);
  await ask(
    'CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)',
  );
  // All columns, since databases that are older have fewer.
  const applied = stepsOf((await ask('SELECT * FROM schema_migrations')).rows);
  requireWorkable(applied, known.map(stepName));
  const missing = known.filter((file) => !applied.some(({ name }) => name === stepName(file)));
  for (const name of missing) await apply(ask, new URL(name, folder), lockTimeoutMs);
  return missing;
}

/** The first line of a migration that cannot run in a transaction, and is harmless to run again from its beginning. */
const outsideTransaction = '-- outside of a transaction\n';

async function apply(ask: Ask, file: URL, lockTimeoutMs: number): Promise<void> {
  const script = await readFile(file, 'utf8');
  const register = () => registerMigration(ask, basename(file.pathname), worksFromOf(script));
  if (script.startsWith(outsideTransaction)) {
    // To build an index it waits for every transaction there is, however long that takes.
    await ask('SET lock_timeout = 0');
    for (const statement of script.split(/;\s*$/m)) await ask(statement);
    await register();
    return;
  }
  await untilUnlocked(async () => {
    await ask('BEGIN');
    try {
      await ask(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
      await ask(script);
      await register();
      await ask('COMMIT');
    } catch (error) {
      await ask('ROLLBACK');
      throw error;
    }
  });
}

/** The column `works_from` is there for those that need it, since migration 0019. */
function registerMigration(ask: Ask, name: string, worksFrom: string | null): Promise<unknown> {
  return worksFrom === null
    ? ask('INSERT INTO schema_migrations (name, applied_at) VALUES ($1, $2)', [name, Date.now()])
    : ask('INSERT INTO schema_migrations (name, applied_at, works_from) VALUES ($1, $2, $3)', [
        name,
        Date.now(),
        worksFrom,
      ]);
}

const maximumAttempts = 20;
const betweenAttemptsMs = 1_000;

/**
 * A change of a table waits for whoever uses it, and everybody who comes later waits for the change: so it does not
 * wait long, lets the others go first, and tries again.
 */
async function untilUnlocked(change: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await change();
    } catch (error) {
      if (!isTransient(error) || attempt === maximumAttempts) throw error;
      await wait(betweenAttemptsMs);
    }
  }
}

/** Rejects unless this release works on the schema as it is. */
export async function requireSchema(database: Kysely<Tables>, folder = ownFolder): Promise<void> {
  requireComplete(await appliedSteps(database), (await migrationsIn(folder)).map(stepName));
}

/** What the database says about its schema. */
export async function appliedSteps(database: Kysely<Tables>): Promise<SchemaStep[]> {
  const found = await sql<{ there: boolean }>`
    SELECT to_regclass('schema_migrations') IS NOT NULL AS there`.execute(database);
  if (found.rows[0]?.there !== true) return [];
  return stepsIn(database);
}
