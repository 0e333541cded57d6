// The engines that several processes may use at once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamoDbSettings, openDynamoDb } from '../../src/adapters/dynamodb/open-dynamodb.ts';
import { migrate } from '../../src/adapters/sql/migrate.ts';
import { openPostgres, type PostgresSettings } from '../../src/adapters/sql/postgres-database.ts';
import { sqlEngine } from '../../src/adapters/sql/sql-engine.ts';
import { openSqlite } from '../../src/adapters/sql/sqlite-database.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { openTestDynamoDb, whyNoDynamoDb } from '../support/dynamodb-server.ts';
import { createDatabase, postgresServer } from '../support/postgres-server.ts';

export interface RacingEngine {
  /** Makes empty records, or tells why it cannot. `place` is plain data, by which every process opens them. */
  create(): Promise<{ place: unknown; remove(): Promise<void> } | string>;
  open(place: unknown): Promise<{ engine: RecordsEngine; close(): Promise<void> }>;
}

export const racingEngines: Readonly<Record<string, RacingEngine>> = {
  sqlite: {
    async create() {
      const folder = await mkdtemp(join(tmpdir(), 'assay-race-'));
      const place = join(folder, 'registry.db');
      const database = openSqlite(place);
      await migrate(database);
      await database.close();
      return { place, remove: () => rm(folder, { recursive: true }) };
    },
    async open(place) {
      const database = openSqlite(place as string);
      return { engine: sqlEngine(database), close: () => database.close() };
    },
  },

  postgres: {
    async create() {
      const server = await postgresServer();
      if (typeof server === 'string') return server;
      const { settings, drop } = await createDatabase(server);
      return { place: settings, remove: drop };
    },
    async open(place) {
      const database = openPostgres(place as PostgresSettings);
      return { engine: sqlEngine(database), close: () => database.close() };
    },
  },

  dynamodb: {
    async create() {
      const missing = whyNoDynamoDb();
      if (missing !== null) return missing;
      const { close, ...place } = await openTestDynamoDb();
      return { place: { aws: place.aws, tablePrefix: place.tablePrefix }, remove: close };
    },
    async open(place) {
      const { aws, tablePrefix } = place as Pick<DynamoDbSettings, 'aws' | 'tablePrefix'>;
      return openDynamoDb({ aws, tablePrefix, createsTables: false });
    },
  },
};
