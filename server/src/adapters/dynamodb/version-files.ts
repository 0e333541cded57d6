// Of the table `contents`: `files#<version id>`, in it an item for each file, by its path.
import type { PackageFile } from '../../core/checks/index.ts';
import { type Page, type PageRequest, pageOf } from '../../core/paging.ts';
import type { VersionFileStore } from '../../core/pipeline/index.ts';
import type { DynamoDatabase, Write } from './database.ts';
import { textCursor } from './pages.ts';
import type { Key } from './tables.ts';

export type FileRow = PackageFile;

const filesPartition = (versionId: string) => `files#${versionId}`;
export const fileKey = (versionId: string, path: string): Key => ({
  table: 'contents',
  pk: filesPartition(versionId),
  sk: path,
});

/** Of one version at a time: more would only make DynamoDB throttle the partition. */
const writtenTogether = 100;

export class DynamoVersionFileStore implements VersionFileStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async put(versionId: string, files: readonly PackageFile[]): Promise<void> {
    // A batch must not name an item twice.
    const latest = [...new Map(files.map((file) => [file.path, file])).values()];
    for (let start = 0; start < latest.length; start += writtenTogether) {
      const some = latest.slice(start, start + writtenTogether);
      await this.#database.writeMany(
        some.map((file) => ({ key: fileKey(versionId, file.path), attributes: { ...file } })),
      );
    }
  }

  async list(versionId: string, folder: string | undefined, page: PageRequest): Promise<Page<PackageFile>> {
    const after = page.after === undefined ? '' : textCursor(page.after);
    const rows = this.#database.query<FileRow>({
      table: 'contents',
      partition: filesPartition(versionId),
      ...rangeOf(folder, after),
      pageSize: page.limit + 2,
    });
    const found: FileRow[] = [];
    for await (const row of rows) {
      const isBelow = folder === undefined || row.path.startsWith(`${folder}/`);
      if (isBelow && row.path !== after) found.push(row);
      if (found.length > page.limit) break;
    }
    return pageOf(found, page.limit, ({ path }) => [path], fileOf);
  }

  async find(versionId: string, path: string): Promise<PackageFile | null> {
    const row = await this.#database.get<FileRow>(fileKey(versionId, path));
    return row && fileOf(row);
  }

  async remove(versionId: string): Promise<void> {
    const rows = this.#database.query<FileRow>({ table: 'contents', partition: filesPartition(versionId) });
    let found: Write[] = [];
    for await (const { path } of rows) {
      found.push({ key: fileKey(versionId, path), attributes: null });
      if (found.length < writtenTogether) continue;
      await this.#database.writeMany(found);
      found = [];
    }
    await this.#database.writeMany(found);
  }
}

function rangeOf(folder: string | undefined, after: string) {
  // `0` is the character after `/`.
  if (folder !== undefined) {
    const begin = `${folder}/`;
    return { sort: { between: [after > begin ? after : begin, `${folder}0`] } } as const;
  }
  return after === '' ? {} : ({ sort: { above: after } } as const);
}

export function fileOf({
  path,
  sizeBytes,
  storedBytes,
  method,
  offset,
  crc32,
  digest,
}: FileRow): PackageFile {
  return { path, sizeBytes, storedBytes, method, offset, crc32, digest };
}
