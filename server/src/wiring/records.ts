import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import type { RecordsEngine } from '../core/engine.ts';

/** An engine of records, open. */
export interface OpenRecords {
  readonly engine: RecordsEngine;
  /** Brings it to this release's schema; resolves with what was done. Throws when a newer release has been there. */
  migrate(): Promise<string[]>;
  close(): Promise<void>;
}

/** Each engine's code is loaded when it is chosen. */
const openers: Record<Config['engines']['records'], (config: Config) => Promise<OpenRecords>> = {
  async sqlite({ storage: { dataFolder } }) {
    const [{ migrate }, { sqlEngine }, { openSqlite }] = await Promise.all([
      import('../adapters/sql/migrate.ts'),
      import('../adapters/sql/sql-engine.ts'),
      import('../adapters/sql/sqlite-database.ts'),
    ]);
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const database = openSqlite(join(dataFolder, 'registry.db'));
    return {
      engine: sqlEngine(database),
      migrate: () => migrate(database),
      close: () => database.close(),
    };
  },

  async postgres() {
    throw new Error('ASSAY_RECORDS=postgres cannot be opened yet.');
  },

  async dynamodb() {
    throw new Error('ASSAY_RECORDS=dynamodb cannot be opened yet.');
  },
};

export function openRecords(config: Config): Promise<OpenRecords> {
  return openers[config.engines.records](config);
}
