import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { PackageFile } from '../../core/checks/index.ts';
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import type { VersionFileStore } from '../../core/pipeline/index.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

interface VersionFileRow {
  version_id: string;
  path: string;
  size_bytes: number;
  stored_bytes: number;
  method: string;
  data_offset: number;
  crc32: number;
  digest: string;
}

export interface VersionFileTables {
  version_files: VersionFileRow;
}

/** Between batches other requests get their turn: there may be hundreds of thousands of files. */
const filesPerBatch = 500;

export class SqlVersionFileStore implements VersionFileStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async put(versionId: string, files: readonly PackageFile[]): Promise<void> {
    for (let start = 0; start < files.length; start += filesPerBatch) {
      const rows = files.slice(start, start + filesPerBatch).map((file) => versionFileRowOf(versionId, file));
      const isLast = start + filesPerBatch >= files.length;
      // The last batch is written through to the disk, and with it, in the same log, all before it.
      if (isLast) await putRows(this.#database.write, rows);
      else await this.#database.relaxed((write) => putRows(write, rows));
      await nextTurn();
    }
  }

  async list(versionId: string, folder: string | undefined, page: PageRequest): Promise<Page<PackageFile>> {
    let query = this.#database.read
      .selectFrom('version_files')
      .selectAll()
      .where('version_id', '=', versionId);
    if (folder !== undefined) {
      // `0` is the character after `/`.
      query = query.where('path', '>=', `${folder}/`).where('path', '<', `${folder}0`);
    }
    if (page.after !== undefined) {
      const [path] = sortKeyOf(page.after, ['string']) as [string];
      query = query.where('path', '>', path);
    }
    const rows = await query
      .orderBy('path')
      .limit(page.limit + 1)
      .execute();
    return pageOf(rows, page.limit, (row) => [row.path], packageFileOf);
  }

  async find(versionId: string, path: string): Promise<PackageFile | null> {
    const row = await this.#database.read
      .selectFrom('version_files')
      .selectAll()
      .where('version_id', '=', versionId)
      .where('path', '=', path)
      .executeTakeFirst();
    return row === undefined ? null : packageFileOf(row);
  }

  async remove(versionId: string): Promise<void> {
    await this.#database.write.deleteFrom('version_files').where('version_id', '=', versionId).execute();
  }
}

async function putRows(write: Kysely<Tables>, rows: readonly VersionFileRow[]): Promise<void> {
  // One statement puts a path only once: the last of several files counts.
  const byPath = new Map(rows.map((row) => [row.path, row]));
  await write
    .insertInto('version_files')
    .values([...byPath.values()])
    .onConflict((conflict) =>
      conflict.columns(['version_id', 'path']).doUpdateSet((row) => ({
        size_bytes: row.ref('excluded.size_bytes'),
        stored_bytes: row.ref('excluded.stored_bytes'),
        method: row.ref('excluded.method'),
        data_offset: row.ref('excluded.data_offset'),
        crc32: row.ref('excluded.crc32'),
        digest: row.ref('excluded.digest'),
      })),
    )
    .execute();
}

export function versionFileRowOf(versionId: string, file: PackageFile): VersionFileRow {
  return {
    version_id: versionId,
    path: file.path,
    size_bytes: file.sizeBytes,
    stored_bytes: file.storedBytes,
    method: file.method,
    data_offset: file.offset,
    crc32: file.crc32,
    digest: file.digest,
  };
}

export function packageFileOf(row: VersionFileRow): PackageFile {
  return {
    path: row.path,
    sizeBytes: row.size_bytes,
    storedBytes: row.stored_bytes,
    method: row.method as PackageFile['method'],
    offset: row.data_offset,
    crc32: row.crc32,
    digest: row.digest,
  };
}
