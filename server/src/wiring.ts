// The only file that knows which adapter fills which port.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from './adapters/sql/migrate.ts';
import { sqlEngine } from './adapters/sql/sql-engine.ts';
import { openSqlite } from './adapters/sql/sqlite-database.ts';
import { SystemClock } from './adapters/system/clock.ts';
import { SystemRandomness } from './adapters/system/randomness.ts';
import type { Config } from './config/index.ts';
import type { Registry } from './http/registry.ts';

export interface Wired {
  readonly registry: Registry;
  close(): Promise<void>;
}

/** Opens the engines that the configuration names, migrated, and connects the ports to them. */
export async function wire(config: Config): Promise<Wired> {
  const database = await openDatabase(config);
  await migrate(database);
  return {
    registry: {
      ...sqlEngine(database),
      clock: new SystemClock(),
      randomness: new SystemRandomness(),
      observe: () => {},
      authenticate: async (_authorization, from) => ({ user: null, token: null, ...from }),
    },
    close: () => database.close(),
  };
}

export async function migrateOnly(config: Config): Promise<string[]> {
  const database = await openDatabase(config);
  try {
    return await migrate(database);
  } finally {
    await database.close();
  }
}

async function openDatabase(config: Config) {
  await mkdir(config.storage.dataFolder, { recursive: true, mode: 0o700 });
  return openSqlite(join(config.storage.dataFolder, 'registry.db'));
}
