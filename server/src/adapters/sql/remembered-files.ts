import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RememberedFile, RememberedFileStore } from '../../core/checks/index.ts';
import type { SqlDatabase } from './sql-database.ts';

interface RememberedFileRow {
  hint: string;
  digest: string;
  rule_set: string;
  /** JSON. */
  found: string;
  remembered_at: number;
  until: number;
}

export interface RememberedFileTables {
  remembered_files: RememberedFileRow;
}

/** Between batches other requests get their turn. */
const filesPerBatch = 500;

export class SqlRememberedFileStore implements RememberedFileStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(
    hints: readonly string[],
    { ruleSet, at }: { readonly ruleSet: string; readonly at: Date },
  ): Promise<readonly RememberedFile[]> {
    const found: RememberedFile[] = [];
    for (const some of batchesOf([...new Set(hints)])) {
      const rows = await this.#database.read
        .selectFrom('remembered_files')
        .selectAll()
        .where('hint', 'in', some)
        .where('rule_set', '=', ruleSet)
        .where('until', '>', at.getTime())
        .execute();
      found.push(...rows.map(fileOf));
    }
    return found;
  }

  async put(files: readonly RememberedFile[]): Promise<void> {
    // One statement puts a hint only once, and all who write go in one order, so that none waits for another in a ring.
    const byHint = new Map(files.map((file) => [file.hint, file]));
    const rows = [...byHint.values()].map(rowOf).sort((one, other) => (one.hint < other.hint ? -1 : 1));
    for (const some of batchesOf(rows)) {
      await this.#database.relaxed((write) =>
        write
          .insertInto('remembered_files')
          .values(some)
          .onConflict((conflict) =>
            conflict.column('hint').doUpdateSet((row) => ({
              digest: row.ref('excluded.digest'),
              rule_set: row.ref('excluded.rule_set'),
              found: row.ref('excluded.found'),
              remembered_at: row.ref('excluded.remembered_at'),
              until: row.ref('excluded.until'),
            })),
          )
          .execute(),
      );
      await nextTurn();
    }
  }

  async forget(at: Date): Promise<void> {
    for (;;) {
      const rows = await this.#database.read
        .selectFrom('remembered_files')
        .select('hint')
        .where('until', '<=', at.getTime())
        .limit(filesPerBatch)
        .execute();
      if (rows.length === 0) return;
      const hints = rows.map(({ hint }) => hint).sort();
      await this.#database.relaxed((write) =>
        write
          .deleteFrom('remembered_files')
          .where('hint', 'in', hints)
          .where('until', '<=', at.getTime())
          .execute(),
      );
      await nextTurn();
    }
  }
}

function* batchesOf<T>(all: readonly T[]): Generator<T[]> {
  for (let start = 0; start < all.length; start += filesPerBatch)
    yield all.slice(start, start + filesPerBatch);
}

function rowOf({ hint, digest, ruleSet, found, rememberedAt, until }: RememberedFile): RememberedFileRow {
  return {
    hint,
    digest,
    rule_set: ruleSet,
    found: JSON.stringify(found),
    remembered_at: rememberedAt.getTime(),
    until: until.getTime(),
  };
}

function fileOf(row: RememberedFileRow): RememberedFile {
  return {
    hint: row.hint,
    digest: row.digest,
    ruleSet: row.rule_set,
    found: JSON.parse(row.found),
    rememberedAt: new Date(row.remembered_at),
    until: new Date(row.until),
  };
}
