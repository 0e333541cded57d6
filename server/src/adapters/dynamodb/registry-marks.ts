import type { RegistryMark, RegistryMarks } from '../../core/transfer/index.ts';
import type { DynamoDatabase } from './database.ts';
import { alone, type Key } from './tables.ts';

interface MarkRow {
  readonly state: RegistryMark['state'];
  readonly transferId: string;
  readonly since: number;
}

const markKey: Key = { table: 'users', pk: 'registry-mark', sk: alone };

/** Of the table `users`: `registry-mark`. */
export class DynamoRegistryMarks implements RegistryMarks {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async read(): Promise<RegistryMark | null> {
    const row = await this.#database.get<MarkRow>(markKey);
    return row && { state: row.state, transferId: row.transferId, since: new Date(row.since) };
  }

  async write(mark: RegistryMark | null): Promise<void> {
    if (mark === null) await this.#database.delete(markKey);
    else await this.#database.put(markKey, { ...mark, since: mark.since.getTime() } satisfies MarkRow);
  }
}
