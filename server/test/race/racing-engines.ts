// The engines that several processes may use at once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/adapters/sql/migrate.ts';
import { openPostgres, type PostgresSettings } from '../../src/adapters/sql/postgres-database.ts';
import { sqlEngine } from '../../src/adapters/sql/sql-engine.ts';
import { openSqlite } from '../../src/adapters/sql/sqlite-database.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
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
};
