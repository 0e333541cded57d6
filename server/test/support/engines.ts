// The engines that a contract suite runs on. `describeOnEveryEngine` runs a suite once per engine, with a fresh
// and empty one for each test.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe } from 'node:test';
import { memoryEngine } from '../../src/adapters/memory/memory-engine.ts';
import { EngineGuard } from '../../src/adapters/resilience/engine-guard.ts';
import { guardRecords } from '../../src/adapters/resilience/guard-records.ts';
import { migrate } from '../../src/adapters/sql/migrate.ts';
import { openPostgres } from '../../src/adapters/sql/postgres-database.ts';
import { sqlEngine } from '../../src/adapters/sql/sql-engine.ts';
import { openSqlite } from '../../src/adapters/sql/sqlite-database.ts';
import { sqliteEngine } from '../../src/adapters/sql/sqlite-engine.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { openTestDynamoDb, whyNoDynamoDb } from './dynamodb-server.ts';
import { guardSettings } from './guard-settings.ts';
import { postgresServer, takeDatabase } from './postgres-server.ts';

const postgres = await postgresServer();
const noDynamoDb = whyNoDynamoDb();

/** Why an engine cannot be started here. */
const missing: Readonly<Record<string, string>> = {
  ...(typeof postgres === 'string' && { postgres }),
  ...(noDynamoDb !== null && { dynamodb: noDynamoDb }),
};

const engines: Record<string, () => Promise<{ engine: RecordsEngine; close(): Promise<void> }>> = {
  memory: async () => ({ engine: memoryEngine(), close: async () => {} }),

  // As engines on other machines are called.
  'memory, guarded': async () => ({
    engine: guardRecords(memoryEngine(), new EngineGuard('records', guardSettings).requests),
    close: async () => {},
  }),

  sqlite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-sqlite-'));
    const database = openSqlite(join(folder, 'registry.db'));
    await migrate(database);
    return {
      engine: sqliteEngine(database),
      close: async () => {
        await database.close();
        await rm(folder, { recursive: true });
      },
    };
  },

  postgres: async () => {
    if (typeof postgres === 'string') throw new Error(postgres);
    const { settings, drop } = await takeDatabase(postgres);
    const database = openPostgres(settings);
    return {
      engine: sqlEngine(database),
      close: async () => {
        await database.close();
        await drop();
      },
    };
  },

  dynamodb: openTestDynamoDb,
};

/** `suite` declares tests; `engine()` inside a test is that test's own. */
export function describeOnEveryEngine(port: string, suite: (engine: () => RecordsEngine) => void): void {
  for (const [name, open] of Object.entries(engines)) {
    describe(`${port} on ${name}`, { skip: missing[name] ?? false }, () => {
      let current: Awaited<ReturnType<typeof open>>;
      beforeEach(async () => {
        current = await open();
      });
      afterEach(() => current.close());
      suite(() => current.engine);
    });
  }
}
