// Connections to PostgreSQL, as Kysely wants them, that say what went wrong in the words of core/errors.ts.
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { endsConnection, refuseUnkeepable, told } from './postgres-errors.ts';

export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** A function is asked for every new connection: passwords in files change, and tokens are good for minutes. */
  readonly password: string | (() => Promise<string>);
  /**
   * `verify-full`: the certificate must be signed by `authority` (PEM; without it by those that Node.js knows) and
   * be the host's. `require`: encrypted, whoever answers. `disable`: neither.
   */
  readonly tls: {
    readonly mode: 'verify-full' | 'require' | 'disable';
    readonly authority?: string | undefined;
  };
  /** By which operators find our connections in `pg_stat_activity`. */
  readonly applicationName: string;
}

export interface PostgresLimits {
  /** To have a connection: to wait for one to be free, or to make one. */
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** What one statement waits for others' locks. */
  readonly lockTimeoutMs: number;
  /** What a transaction may do nothing: a process that hangs must not keep its locks. */
  readonly idleInTransactionTimeoutMs: number;
}

/** What `pg` needs for one connection. */
export function clientSettings(server: PostgresServer): pg.ClientConfig {
  const { host, port, database, user, password, tls, applicationName } = server;
  return {
    host,
    port,
    database,
    user,
    password,
    ssl:
      tls.mode === 'disable'
        ? false
        : { rejectUnauthorized: tls.mode === 'verify-full', ...(tls.authority && { ca: tls.authority }) },
    application_name: applicationName,
    keepAlive: true,
    types: { getTypeParser },
  };
}

const int8 = 20;
const numeric = 1700;

/** Counts, sizes and times are numbers here, as large as they are there; `sum` of them is `numeric`. */
function getTypeParser(type: number, format?: 'text' | 'binary') {
  return type === int8 || type === numeric ? Number : pg.types.getTypeParser(type, format);
}

/** A connection that lives longer is replaced by a new one, which finds its way to where the database is by then. */
const lifetimeSeconds = 1800;
const idleMs = 30_000;
/** So much later than the server should have ended a statement, we take the connection for dead. */
const silenceMs = 5_000;

export function openPool(
  server: PostgresServer,
  limits: PostgresLimits,
  given: { connections: number; durable: boolean },
): pg.Pool {
  const pool = new pg.Pool({
    ...clientSettings(server),
    max: given.connections,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    query_timeout: limits.statementTimeoutMs + silenceMs,
    idleTimeoutMillis: idleMs,
    maxLifetimeSeconds: lifetimeSeconds,
    async onConnect(client) {
      // A connection that is lost while a transaction has it tells this by an event, too, which would end the process.
      client.on('error', () => {});
      await client.query(sessionSettings(limits, given.durable));
    },
  });
  pool.on('error', () => {});
  return pool;
}

function sessionSettings(limits: PostgresLimits, durable: boolean): string {
  return [
    `SET statement_timeout = ${limits.statementTimeoutMs}`,
    `SET lock_timeout = ${limits.lockTimeoutMs}`,
    `SET idle_in_transaction_session_timeout = ${limits.idleInTransactionTimeoutMs}`,
    `SET default_transaction_isolation = 'read committed'`,
    // Statements are short: to compile one takes longer than to run it.
    'SET jit = off',
    durable
      ? // Whatever else a server is set to waits for the disk, too, or for other servers beside.
        `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`
      : 'SET synchronous_commit = off',
  ].join('; ');
}

/** `acquire` may reject with what `pg` throws. */
export function asKyselyWants(
  acquire: () => Promise<pg.PoolClient>,
  pools: readonly pg.Pool[],
): PostgresPool {
  const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: {},
    async connect() {
      const client = await acquire().catch((error) => {
        throw told(error, 'unreached');
      });
      const known = wrapped.get(client) ?? wrap(client);
      wrapped.set(client, known);
      return known;
    },
    async end() {
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

function wrap(client: pg.PoolClient): PostgresPoolClient {
  let isBroken = false;
  async function query(text: string, parameters: readonly unknown[]) {
    refuseUnkeepable(parameters);
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      isBroken ||= endsConnection(error);
      throw told(error);
    }
  }
  return {
    // Kysely would also hand cursors over, if it were given the means to make any.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy || isBroken),
  };
}
