import { setTimeout as wait } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import { StorageError } from '../../core/errors.ts';
import type { SchemaStep } from '../../core/schema.ts';
import { isContention } from './postgres-errors.ts';
import { appliedSteps, migratePostgres, requireSchema } from './postgres-migrations.ts';
import { asKyselyWants, openPool, type PostgresLimits, type PostgresServer } from './postgres-pool.ts';
import type { SqlDatabase, SqlDialect } from './sql-database.ts';
import type { Tables } from './tables.ts';
import { tsvectorIndex } from './tsvector-index.ts';

export interface PostgresSettings extends PostgresServer, PostgresLimits {
  /** Connections of this process: at most so many, a quarter of them for what may be lost in a power cut. */
  readonly connections: number;
  /** Asked for what may be a moment old; the primary is when it does not answer. As many connections again. */
  readonly replica?: Pick<PostgresServer, 'host' | 'port' | 'password'> | undefined;
}

export interface PostgresDatabase extends SqlDatabase {
  /** Applies the migrations that are missing; resolves with their names. Safe to be called by many processes at once. */
  migrate(): Promise<string[]>;
  /** Rejects when this release does not work on the schema, and says what to do. */
  requireSchema(): Promise<void>;
  /** The migrations that were applied. */
  schema(): Promise<SchemaStep[]>;
}

/** Connects when it is first asked something. */
export function openPostgres(settings: PostgresSettings): PostgresDatabase {
  const forRelaxed = Math.max(1, Math.floor(settings.connections / 4));
  const forDurable = Math.max(1, settings.connections - forRelaxed);
  const durable = openPool(settings, settings, { connections: forDurable, durable: true });
  const lossy = openPool(settings, settings, { connections: forRelaxed, durable: false });
  const write = asDatabase(() => durable.connect(), [durable]);
  const relaxed = asDatabase(() => lossy.connect(), [lossy]);
  const staleRead = settings.replica === undefined ? write : readingReplica(settings, durable);
  return {
    dialect: postgresDialect,
    write,
    read: write,
    staleRead,
    transaction: (change) => untilFree(() => write.transaction().execute(change)),
    relaxed: (change) => untilFree(() => change(relaxed)),
    probe: () => requirePrimary(write),
    migrate: () => migratePostgres(settings),
    requireSchema: () => requireSchema(write),
    schema: () => appliedSteps(write),
    async close() {
      if (staleRead !== write) await staleRead.destroy();
      await relaxed.destroy();
      await write.destroy();
    },
  };
}

function asDatabase(acquire: () => Promise<pg.PoolClient>, pools: readonly pg.Pool[]): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: asKyselyWants(acquire, pools) }) });
}

/** So long a replica that did not answer is not asked again. */
const avoidedMs = 5_000;

function readingReplica(settings: PostgresSettings, primary: pg.Pool): Kysely<Tables> {
  const server = { ...settings, ...settings.replica };
  const replica = openPool(server, settings, { connections: settings.connections, durable: true });
  let avoidedUntil = 0;
  const acquire = async () => {
    if (performance.now() >= avoidedUntil) {
      try {
        return await replica.connect();
      } catch {
        avoidedUntil = performance.now() + avoidedMs;
      }
    }
    return primary.connect();
  };
  return asDatabase(acquire, [replica]);
}

const maximumAttempts = 8;

/** Again and again, a random while later each time, as long as others are in the way. */
async function untilFree<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!isContention(error) || attempt === maximumAttempts) throw error;
      await wait(Math.random() * 5 * 2 ** attempt);
    }
  }
}

/** A primary that is not one any more answers, but takes nothing. */
async function requirePrimary(database: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ standby: boolean }>`SELECT pg_is_in_recovery() AS standby`.execute(database);
  if (rows[0]?.standby !== false)
    throw new StorageError('transient', 'the database takes no changes just now');
}

const postgresDialect: SqlDialect = {
  name: 'postgres',
  keeping: (query) => query.forShare(),
  claiming: (query) => query.forUpdate(),
  claimingFree: (query) => query.forUpdate().skipLocked(),
  async lock(write, key) {
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(write);
  },
  // It chooses by what it knows about the values.
  unindexed: (column) => sql.ref(column),
  tableOf: (numbers) => sql`unnest(${numbers}::bigint[]) AS j (value)`,
  packageIndex: tsvectorIndex,
};
