import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresSettings } from '../adapters/sql/postgres-database.ts';
import type { Config } from '../config/index.ts';
import type { RecordsEngine } from '../core/engine.ts';
import type { SchemaStep } from '../core/schema.ts';
import type { RecordTransfer } from '../core/transfer/index.ts';
import { awsOf } from './aws.ts';

/** An engine of records, open. */
export interface OpenRecords {
  readonly engine: RecordsEngine;
  /** Brings it to this release's schema; resolves with what was done. Throws when a newer release has been there, and this one does not work on what it has made. */
  migrate(): Promise<string[]>;
  /** The steps that have made its schema, by whatever release. */
  schema(): Promise<readonly SchemaStep[]>;
  /** For a process that starts: migrates, or makes sure that somebody has, as the configuration says. */
  prepare(): Promise<unknown>;
  /** For backups, by the nearest way that an engine has; null where it shows no moment as a whole. */
  readonly asOfOneMoment: AsOfOneMoment | null;
  close(): Promise<void>;
}

/** Either the records themselves go into a file of SQLite, or they are read while nothing changes for the reader. */
export type AsOfOneMoment =
  | { readonly copyTo: (file: string) => Promise<void> }
  | { readonly reading: (work: (transfer: RecordTransfer) => Promise<void>) => Promise<void> };

/** Each engine's code is loaded when it is chosen. */
const openers: Record<Config['engines']['records'], (config: Config) => Promise<OpenRecords>> = {
  async sqlite({ storage: { dataFolder } }) {
    const [{ copySqlite }, { migrate }, { stepsIn }, { sqliteEngine }, { openSqlite }] = await Promise.all([
      import('../adapters/sql/copy-sqlite.ts'),
      import('../adapters/sql/migrate.ts'),
      import('../adapters/sql/schema-versions.ts'),
      import('../adapters/sql/sqlite-engine.ts'),
      import('../adapters/sql/sqlite-database.ts'),
    ]);
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const path = join(dataFolder, 'registry.db');
    const database = openSqlite(path);
    return {
      engine: sqliteEngine(database),
      migrate: () => migrate(database),
      schema: () => stepsIn(database.write),
      prepare: () => migrate(database),
      asOfOneMoment: { copyTo: (file) => copySqlite(path, file) },
      close: () => database.close(),
    };
  },

  async postgres(config) {
    const [{ openPostgres }, { withPostgresSnapshot }, { sqlEngine }] = await Promise.all([
      import('../adapters/sql/postgres-database.ts'),
      import('../adapters/sql/postgres-snapshot.ts'),
      import('../adapters/sql/sql-engine.ts'),
    ]);
    const database = openPostgres(await postgresSettings(config));
    const { migrateAtStart } = config.postgres;
    return {
      engine: sqlEngine(database),
      migrate: () => database.migrate(),
      schema: () => database.schema(),
      prepare: () => (migrateAtStart ? database.migrate() : database.requireSchema()),
      asOfOneMoment: { reading: (work) => withPostgresSnapshot(database, work) },
      close: () => database.close(),
    };
  },

  async dynamodb(config) {
    const { openDynamoDb } = await import('../adapters/dynamodb/open-dynamodb.ts');
    const { engine, migrate, schema, close } = openDynamoDb({
      aws: await awsOf(config)(),
      ...config.dynamodb,
    });
    const toThisRelease = () => migrate();
    return {
      engine,
      migrate: toThisRelease,
      schema,
      prepare: toThisRelease,
      asOfOneMoment: null,
      close,
    };
  },
};

export function openRecords(config: Config): Promise<OpenRecords> {
  return openers[config.engines.records](config);
}

async function postgresSettings(config: Config): Promise<PostgresSettings> {
  const { tls, tlsAuthorityFile, replicaHost, replicaPort, ...settings } = config.postgres;
  const authority = tlsAuthorityFile === '' ? undefined : await readFile(tlsAuthorityFile, 'utf8');
  return {
    ...settings,
    password: await postgresPassword(config, config.postgres),
    tls: { mode: tls, authority },
    applicationName: 'assay',
    ...(replicaHost !== '' && {
      replica: {
        host: replicaHost,
        port: replicaPort,
        password: await postgresPassword(config, { host: replicaHost, port: replicaPort }),
      },
    }),
  };
}

/** For the server at this address: a token of AWS is good for one. */
async function postgresPassword(config: Config, { host, port }: { host: string; port: number }) {
  const { authentication, password, passwordFile, user } = config.postgres;
  if (authentication === 'password' && passwordFile === '') return password;
  const { passwordFromFile, passwordFromIam } = await import('../adapters/sql/postgres-password.ts');
  if (authentication === 'password') return passwordFromFile(passwordFile);
  const { region, credentials } = await awsOf(config)();
  return passwordFromIam({ host, port, user, region, credentials });
}
