import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, link, open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type Area,
  type ByteRange,
  type ContentKey,
  type ContentLocation,
  type ContentStat,
  type ContentStore,
  changedSince,
  type ListedContent,
  type OpenContent,
  printKey,
} from '../../core/content/index.ts';
import { isMissing } from '../../core/errors.ts';
import { type ContentFolder, unlinkIfThere } from './content-folder.ts';
import { statFrom } from './stat-from.ts';
import { codeOf, storageErrorFrom, writingErrorFrom } from './storage-error.ts';
import { SenderFailed, writeStream } from './write-stream.ts';

/** Large reads: with Node's 64 KiB a stream has a third of the speed. */
const readBytes = 1024 * 1024;

/** Errors of `link` that say that this disk, or this pair of places, has no hard links. */
export const withoutLinks: ReadonlySet<string | undefined> = new Set([
  'EXDEV',
  'EPERM',
  'EMLINK',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
]);

/** Objects as files below a folder, by hard link where they lie under two keys. */
export class FilesystemContentStore implements ContentStore {
  readonly #folder: ContentFolder;

  constructor(folder: ContentFolder) {
    this.#folder = folder;
  }

  async stat(key: ContentKey): Promise<ContentStat | null> {
    try {
      return statFrom(await this.#statFile(key));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async read(key: ContentKey, range?: ByteRange): Promise<Readable> {
    const file = await this.#openFile(key);
    const options = { highWaterMark: readBytes, autoClose: true };
    // `createReadStream` takes an inclusive end, which cannot say “nothing”.
    if (range === undefined) return file.createReadStream(options);
    if (range.start < range.end) {
      return file.createReadStream({ ...options, start: range.start, end: range.end - 1 });
    }
    await file.close();
    return Readable.from([]);
  }

  async open(key: ContentKey): Promise<OpenContent> {
    const file = await this.#openFile(key);
    return {
      stat: statFrom(await file.stat({ bigint: true })),
      read: (into, position) => readWhole(file, into, position),
      close: () => file.close(),
    };
  }

  async locate(key: ContentKey): Promise<ContentLocation> {
    const stat = statFrom(await this.#statFile(key));
    return { store: 'file', path: this.#folder.pathOf(key), ...stat };
  }

  async write(key: ContentKey, bytes: Readable): Promise<ContentStat> {
    const target = this.#folder.pathOf(key);
    try {
      return await this.#folder.withTemporaryFile(async (path, file) => {
        await writeStream(file, 0, bytes, everything);
        await finishFile(file);
        const written = statFrom(await file.stat({ bigint: true }));
        await this.#folder.place(target, () => rename(path, target));
        return written;
      });
    } catch (error) {
      if (error instanceof SenderFailed) throw error.cause;
      throw writingErrorFrom(error, printKey(key));
    }
  }

  async copy(from: ContentKey, to: ContentKey, revision?: string): Promise<void> {
    const [source, target] = [this.#folder.pathOf(from), this.#folder.pathOf(to)];
    const stats = await this.#statFile(from);
    if (revision !== undefined && statFrom(stats).revision !== revision) throw changedSince(from);
    const { size } = stats;
    try {
      if ((await sizeOf(target)) === size) {
        // Whoever put it there may have died before the folders were on the disk.
        await this.#folder.syncFoldersOf(target);
        return;
      }
      await this.#folder.withTemporaryPath(async (path) => {
        await linkOrCopy(source, path);
        await this.#folder.place(target, () => rename(path, target));
      });
    } catch (error) {
      throw writingErrorFrom(error, printKey(to));
    }
  }

  async remove(key: ContentKey, revision?: string): Promise<void> {
    const path = this.#folder.pathOf(key);
    try {
      if (revision !== undefined && (await this.stat(key))?.revision !== revision) return;
      await unlinkIfThere(path);
      await this.#folder.pruneFoldersOf(path);
    } catch (error) {
      throw writingErrorFrom(error, printKey(key));
    }
  }

  async *list(area: Area): AsyncIterable<ListedContent> {
    try {
      yield* listFolder(area, join(this.#folder.root, area), '');
    } catch (error) {
      throw storageErrorFrom(error, area);
    }
  }

  async probe(): Promise<void> {
    try {
      await this.#folder.withTemporaryFile(async (path, file) => {
        await file.write('assay');
        await file.sync();
        await stat(path);
      });
    } catch (error) {
      throw writingErrorFrom(error, this.#folder.root);
    }
  }

  async #openFile(key: ContentKey): Promise<FileHandle> {
    const path = this.#folder.pathOf(key);
    try {
      return await open(path, constants.O_RDONLY);
    } catch (error) {
      throw await this.#folder.failureFrom(error, key);
    }
  }

  async #statFile(key: ContentKey): Promise<BigIntStats> {
    const path = this.#folder.pathOf(key);
    try {
      return await stat(path, { bigint: true });
    } catch (error) {
      throw await this.#folder.failureFrom(error, key);
    }
  }
}

const everything = {
  maximumBytes: Number.MAX_SAFE_INTEGER,
  tooLong: () => new Error('longer than any file'),
};

/** From here on the bytes stay as they are: on the disk, and not to be written by anybody. */
export async function finishFile(file: FileHandle): Promise<void> {
  await file.chmod(0o400);
  await file.sync();
}

async function readWhole(file: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  try {
    while (filled < into.length) {
      const { bytesRead } = await file.read(into, filled, into.length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
  } catch (error) {
    throw storageErrorFrom(error, 'open content');
  }
  return filled;
}

async function sizeOf(path: string): Promise<bigint | null> {
  try {
    return (await stat(path, { bigint: true })).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Makes the bytes of `source` readable at `path` as well, durably but for the name. */
async function linkOrCopy(source: string, path: string): Promise<void> {
  try {
    await link(source, path);
  } catch (error) {
    if (!withoutLinks.has(codeOf(error))) throw error;
    await copyFile(source, path, constants.COPYFILE_FICLONE);
    const copied = await open(path, 'r');
    try {
      await finishFile(copied);
    } finally {
      await copied.close();
    }
  }
}

async function* listFolder(area: Area, folder: string, prefix: string): AsyncIterable<ListedContent> {
  for (const { name, isFolder } of await entriesOf(folder)) {
    const path = `${prefix}${name}`;
    if (isFolder) {
      yield* listFolder(area, join(folder, name), `${path}/`);
      continue;
    }
    const modifiedAt = await placedAt(join(folder, name));
    if (modifiedAt !== null) yield { area, path, modifiedAt };
  }
}

/** In the order of the paths that they begin: `a-b` comes before what is in `a`, since `-` is less than `/`. */
async function entriesOf(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const key = (entry: { name: string; isFolder: boolean }) => `${entry.name}${entry.isFolder ? '/' : ''}`;
    return entries
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((one, other) => (key(one) < key(other) ? -1 : 1));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The change time, since a hard link keeps the time at which its bytes were written; null when it is gone. */
async function placedAt(path: string): Promise<Date | null> {
  try {
    return (await stat(path)).ctime;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
