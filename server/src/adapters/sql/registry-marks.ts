import type { RegistryMark, RegistryMarks } from '../../core/transfer/index.ts';
import type { SqlDatabase } from './sql-database.ts';

export interface RegistryMarkTables {
  registry_marks: { one: number; state: string; transfer_id: string; since: number };
}

export class SqlRegistryMarks implements RegistryMarks {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async read(): Promise<RegistryMark | null> {
    const row = await this.#database.read.selectFrom('registry_marks').selectAll().executeTakeFirst();
    if (row === undefined) return null;
    return {
      state: row.state as RegistryMark['state'],
      transferId: row.transfer_id,
      since: new Date(row.since),
    };
  }

  async write(mark: RegistryMark | null): Promise<void> {
    if (mark === null) {
      await this.#database.write.deleteFrom('registry_marks').execute();
      return;
    }
    const { state, transferId, since } = mark;
    const row = { one: 1, state, transfer_id: transferId, since: since.getTime() };
    await this.#database.write
      .insertInto('registry_marks')
      .values(row)
      .onConflict((conflict) => conflict.column('one').doUpdateSet(row))
      .execute();
  }
}
