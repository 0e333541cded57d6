// The packages and versions of the large registry (filled-registry.ts) in PostgreSQL: made once, and kept in the system's
// folder for temporary files. What no search reads is left out: holds, and the entries of the audit log.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import {
  openPostgres,
  type PostgresDatabase,
  type PostgresSettings,
} from '../../../server/src/adapters/sql/postgres-database.ts';
import { sqlEngine } from '../../../server/src/adapters/sql/sql-engine.ts';
import { versionRowOf } from '../../../server/src/adapters/sql/versions.ts';
import { maximumChanges } from '../../../server/src/core/commit.ts';
import type { AnyChange } from '../../../server/src/core/engine.ts';
import { settingsOf, startPostgres } from '../../../server/test/support/postgres-server.ts';
import { packagesWith } from '../filled-registry.ts';
import { randomFrom } from '../words.ts';

/** The one that is kept, and what is measured. */
const [kept, copy] = ['registry', 'measured'];
const versionsAtOnce = 500;
const commitsAtOnce = 4;

/** As on a small server for a team. It ends with this process. */
const settings = { shared_buffers: '1GB', maintenance_work_mem: '512MB', work_mem: '16MB' };

export interface FilledPostgres {
  /** Of a database of its own, which may be written. */
  readonly settings: PostgresSettings;
  /** Its process, which has one of its own for every connection. */
  readonly pid: number;
}

export async function filledPostgres(versions: number): Promise<FilledPostgres> {
  const folder = join(tmpdir(), 'assay-bench-cache');
  const data = join(folder, `postgres-${versions}-${await shapeDigest()}`);
  const done = `${data}.filled`;
  const isFilled = existsSync(done);
  if (!isFilled) await rm(data, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const server = await startPostgres({ settings, keptIn: data });
  const administrator = new pg.Client({ ...server, database: 'postgres' });
  await administrator.connect();
  if (!isFilled) {
    console.error(
      `Filling PostgreSQL with ${versions.toLocaleString('en')} versions (once; kept in ${folder}) …`,
    );
    await administrator.query(`CREATE DATABASE ${kept} TEMPLATE template0`);
    await fill({ ...settingsOf(server, kept), statementTimeoutMs: 3_600_000 }, versions);
    await writeFile(done, '');
  }
  await administrator.query(`DROP DATABASE IF EXISTS ${copy}`);
  await administrator.query(`CREATE DATABASE ${copy} TEMPLATE ${kept} STRATEGY file_copy`);
  await administrator.end();
  const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
  return { settings: settingsOf(server, copy), pid: Number(pid) };
}

/** Another schema of packages, another search or another generator is another database; other migrations are applied to it. */
async function shapeDigest(): Promise<string> {
  const sources = [
    '../filled-registry.ts',
    '../words.ts',
    '../../../server/migrations/postgres/0006-packages.sql',
    '../../../server/src/adapters/sql/package-search-terms.ts',
    '../../../server/src/adapters/sql/tsvector-index.ts',
  ];
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(new URL(source, import.meta.url)));
  return hash.digest('hex').slice(0, 12);
}

async function fill(there: PostgresSettings, versions: number): Promise<void> {
  const opened = openPostgres(there);
  await opened.migrate();
  // An index over what is there already is made in a fraction of the time.
  const { rows } = await sql<{ made: string }>`
    SELECT pg_get_indexdef('package_search_terms'::regclass) AS made`.execute(opened.write);
  await sql`DROP INDEX package_search_terms`.execute(opened.write);
  await fillPackages(opened, versions);
  console.error('  the index of the terms …');
  await sql.raw(rows[0]?.made ?? '').execute(opened.write);
  for (const statement of ['VACUUM (ANALYZE)', 'CHECKPOINT']) await sql.raw(statement).execute(opened.write);
  await opened.close();
}

async function fillPackages(opened: PostgresDatabase, versions: number): Promise<void> {
  const { commit } = sqlEngine(opened);
  const running = new Set<Promise<unknown>>();
  /** Waits only while too much is under way. */
  const start = async (work: Promise<unknown>) => {
    running.add(work);
    work.finally(() => running.delete(work)).catch(() => {});
    if (running.size >= commitsAtOnce) await Promise.race(running);
  };
  const waiting = { packages: [] as AnyChange[], versions: [] as ReturnType<typeof versionRowOf>[] };
  const writePackages = () => start(commit(waiting.packages.splice(0)));
  const writeVersions = () =>
    start(opened.write.insertInto('versions').values(waiting.versions.splice(0)).execute());
  for (const change of packagesWith(randomFrom(versions), versions)) {
    if (change.change === 'version.insert') {
      waiting.versions.push(versionRowOf(change.version));
      if (waiting.versions.length === versionsAtOnce) await writeVersions();
    } else if (change.change !== 'content.hold') {
      // A package and its words, which come after it, go together.
      if (change.change === 'package.insert' && waiting.packages.length >= maximumChanges - 1)
        await writePackages();
      waiting.packages.push(change);
    }
  }
  if (waiting.versions.length > 0) await writeVersions();
  await writePackages();
  await Promise.all(running);
}
