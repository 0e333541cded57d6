// A PostgreSQL in the place of RDS: the user and the password that the stack has given to the instance, no other rights
// than RDS gives, and nobody connects without TLS.
import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { startPostgres, type TestServer } from '../../../server/test/support/postgres-server.ts';
import { findProgram } from '../../find-program.ts';
import type { Emulator } from '../emulator.ts';
import type { Environment } from '../rehearsal.ts';

export class Postgres {
  readonly #server: TestServer;
  readonly #certificate: string;
  readonly #administer: (...statements: string[]) => Promise<void>;
  readonly #database: string;
  readonly #owner: string;

  /** For the only instance that the emulator has; certificates go into the folder. Ends with this process. */
  static async start(emulator: Emulator, folder: string): Promise<Postgres> {
    const [instance] = Object.values(await emulator.databases());
    if (instance === undefined) throw new Error('the stack has no database');
    const { certificate, key } = await makeCertificate(folder);
    const server = await startPostgres({
      settings: { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key },
    });
    const connected = { ...server, user: 'administrator', database: 'postgres' };
    const statements = async (of: pg.ClientConfig, ...texts: string[]) => {
      const client = new pg.Client(of);
      await client.connect();
      for (const text of texts) await client.query(text);
      await client.end();
    };
    const literal = pg.escapeLiteral(server.password);
    await statements(
      { ...server, database: 'postgres' },
      `CREATE ROLE administrator SUPERUSER LOGIN PASSWORD ${literal}`,
    );
    const owner = pg.escapeIdentifier(instance.user);
    await statements(
      connected,
      `ALTER ROLE ${pg.escapeIdentifier(server.user)} RENAME TO installer`,
      `CREATE ROLE ${owner} LOGIN CREATEDB CREATEROLE PASSWORD ${pg.escapeLiteral(instance.password)}`,
    );
    return new Postgres(
      server,
      certificate,
      (...texts) => statements(connected, ...texts),
      pg.escapeIdentifier(instance.database),
      owner,
    );
  }

  private constructor(
    server: TestServer,
    certificate: string,
    administer: (...statements: string[]) => Promise<void>,
    database: string,
    owner: string,
  ) {
    this.#server = server;
    this.#certificate = certificate;
    this.#administer = administer;
    this.#database = database;
    this.#owner = owner;
  }

  /** An environment that a stack gives, with where the database is, and who has signed its certificate. */
  here(environment: Environment): Environment {
    const { host, port } = this.#server;
    return {
      ...environment,
      ASSAY_POSTGRES_HOST: host,
      ASSAY_POSTGRES_PORT: `${port}`,
      ASSAY_POSTGRES_TLS_CA_FILE: this.#certificate,
      // It is its own replica.
      ...('ASSAY_POSTGRES_REPLICA_HOST' in environment && { ASSAY_POSTGRES_REPLICA_HOST: host }),
    };
  }

  /** As RDS makes it: the database is there, with nothing in it. */
  empty(): Promise<void> {
    return this.#administer(
      `DROP DATABASE IF EXISTS ${this.#database} WITH (FORCE)`,
      `CREATE DATABASE ${this.#database} OWNER ${this.#owner} TEMPLATE template0`,
    );
  }
}

/** For the address of this machine, signed by itself. */
async function makeCertificate(folder: string): Promise<{ certificate: string; key: string }> {
  const openssl = findProgram('openssl');
  if (openssl === undefined) throw new Error('openssl is not there: apt-get install openssl');
  const certificate = join(folder, 'database.pem');
  const key = join(folder, 'database.key');
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  const alternative = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  await promisify(execFile)(openssl, [...args, ...alternative, '-keyout', key, '-out', certificate]);
  // Whom the server runs as, where it is started by root.
  if (process.getuid?.() === 0) for (const path of [folder, key]) await chown(path, 65_534, 65_534);
  return { certificate, key };
}
