// What was found in files, in the table `tokens`, whose items may have an end:
//
//   remembered#<hint>  -  one file
import type { RememberedFile, RememberedFileStore } from '../../core/checks/index.ts';
import type { DynamoDatabase } from './database.ts';
import { alone, type Key } from './tables.ts';

/** Moments are milliseconds since 1970, but for `expires`, which DynamoDB reads: seconds. */
interface RememberedFileRow extends Omit<RememberedFile, 'found' | 'rememberedAt' | 'until'> {
  /** JSON. */
  readonly found: string;
  readonly rememberedAt: number;
  readonly until: number;
  readonly expires: number;
}

const keyOf = (hint: string): Key => ({ table: 'tokens', pk: `remembered#${hint}`, sk: alone });

const writtenTogether = 100;

export class DynamoRememberedFileStore implements RememberedFileStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(
    hints: readonly string[],
    { ruleSet, at }: { readonly ruleSet: string; readonly at: Date },
  ): Promise<readonly RememberedFile[]> {
    const rows = await this.#database.getMany<RememberedFileRow>([...new Set(hints)].map(keyOf));
    const known = rows.filter((row) => row !== null && row.ruleSet === ruleSet && row.until > at.getTime());
    return known.map((row) => fileOf(row as RememberedFileRow));
  }

  async put(files: readonly RememberedFile[]): Promise<void> {
    // A batch must not name an item twice.
    const latest = [...new Map(files.map((file) => [file.hint, file])).values()];
    for (let start = 0; start < latest.length; start += writtenTogether) {
      const some = latest.slice(start, start + writtenTogether);
      await this.#database.writeMany(
        some.map((file) => ({ key: keyOf(file.hint), attributes: { ...rowOf(file) } })),
      );
    }
  }

  /** DynamoDB does it by itself, at no charge. */
  async forget(): Promise<void> {}
}

function rowOf({ found, rememberedAt, until, ...file }: RememberedFile): RememberedFileRow {
  return {
    ...file,
    found: JSON.stringify(found),
    rememberedAt: rememberedAt.getTime(),
    until: until.getTime(),
    expires: Math.ceil(until.getTime() / 1_000),
  };
}

function fileOf({ hint, digest, ruleSet, found, rememberedAt, until }: RememberedFileRow): RememberedFile {
  const moments = { rememberedAt: new Date(rememberedAt), until: new Date(until) };
  return { hint, digest, ruleSet, found: JSON.parse(found), ...moments };
}
