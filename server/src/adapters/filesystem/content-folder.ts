// The folder that holds content, and how to write into it so that a power cut loses nothing.
//
//   <root>/<area>/<path>                 objects, each wholly there or not at all; read-only once they are
//   <root>/.temporary/<name>             being written, then renamed or linked to where it belongs
//   <root>/.parts/<upload>/data          the parts of an upload at their offsets, renamed when they are joined
//   <root>/.parts/<upload>/<n>.<offset>.<size>.<nonce>.<crc32>
//                                        empty: part n is in `data`, all of it on the disk
//
// A crash leaves at most what begins with a dot: temporary files, swept when the folder is opened again, and
// sessions that go on.
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { areas, type ContentKey, printKey } from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';
import { codeOf, storageErrorFrom } from './storage-error.ts';

const segment = '[a-z0-9-][a-z0-9.-]*';
const safePath = new RegExp(`^${segment}(/${segment})*$`);

/** Temporary files of programs that cannot be asked whether they still run are left this long. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** Of bringing a file to where its folders are taken away at the same time. */
const placingAttempts = 100;

/** Temporary files that this process is writing at the moment. */
const beingWritten = new Set<string>();

export class ContentFolder {
  readonly root: string;

  private constructor(root: string) {
    this.root = resolve(root);
  }

  /** Creates what is missing and sweeps what a crash has left. */
  static async open(root: string): Promise<ContentFolder> {
    const folder = new ContentFolder(root);
    for (const name of [...areas, '.temporary', '.parts']) {
      await mkdir(join(folder.root, name), { recursive: true, mode: 0o700 });
    }
    await syncFolder(folder.root);
    await syncFolder(dirname(folder.root));
    await folder.#sweep();
    return folder;
  }

  /** Where the object lies. Refuses keys that could leave their area, whoever made them. */
  pathOf(key: ContentKey): string {
    if (!areas.includes(key.area) || !safePath.test(key.path)) {
      throw new StorageError('permanent', `${JSON.stringify(printKey(key))} is not a key`);
    }
    return join(this.root, key.area, key.path);
  }

  /** Where the parts of an upload are received. */
  sessionOf(key: ContentKey): string {
    if (key.area !== 'incoming' || key.path.includes('/')) {
      throw new StorageError('permanent', `${printKey(key)} cannot be received by parts`);
    }
    this.pathOf(key);
    return join(this.root, '.parts', key.path);
  }

  /** Runs `work` with a free path of this disk; what lies there afterwards is removed. */
  async withTemporaryPath<T>(work: (path: string) => Promise<T>): Promise<T> {
    const name = `${randomUUID()}.${process.pid}.${hostname()}`;
    const path = join(this.root, '.temporary', name);
    beingWritten.add(name);
    try {
      return await work(path);
    } finally {
      await rm(path, { recursive: true, force: true });
      beingWritten.delete(name);
    }
  }

  /** Runs `work` with a new file, which is gone afterwards under its path: to last it is renamed or linked. */
  withTemporaryFile<T>(work: (path: string, file: FileHandle) => Promise<T>): Promise<T> {
    return this.withTemporaryPath(async (path) => {
      const file = await open(path, 'wx', 0o600);
      try {
        return await work(path, file);
      } finally {
        await file.close();
      }
    });
  }

  /**
   * Brings a file to `target` by `move` (rename or link) and makes that durable. Folders are created as needed;
   * `remove` of a neighbour may take them away again in between, hence the attempts.
   */
  async place(target: string, move: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        await move();
        break;
      } catch (error) {
        if (!isRaced(error) || attempt === placingAttempts) throw error;
      }
    }
    await this.syncFoldersOf(target);
  }

  /** Makes the names that lead to `target` durable, whoever created them. */
  async syncFoldersOf(target: string): Promise<void> {
    for (const folder of this.#foldersOf(target)) await syncFolder(folder);
  }

  /** Removes the folders that lead to `target`, up to the area, that are empty; then makes the removal durable. */
  async pruneFoldersOf(target: string): Promise<void> {
    const folders = this.#foldersOf(target);
    for (const [index, folder] of folders.entries()) {
      const isArea = index === folders.length - 1;
      if (isArea || !(await removeFolderIfEmpty(folder))) return await syncFolder(folder);
    }
  }

  /** From the folder that `target` lies in up to its area. */
  #foldersOf(target: string): string[] {
    const folders: string[] = [];
    const depth = this.root.split(sep).length + 1;
    for (let folder = dirname(target); folder.split(sep).length >= depth; folder = dirname(folder)) {
      folders.push(folder);
    }
    return folders;
  }

  /**
   * What an `ENOENT` about `key` means. When not even its area is there (a disk that is not mounted), nothing is
   * known about the object, so it must not be taken for missing.
   */
  async failureFrom(error: unknown, key: ContentKey): Promise<StorageError> {
    if (codeOf(error) === 'ENOENT' && !(await isFolder(join(this.root, key.area)))) {
      return new StorageError('transient', `The content folder ${this.root} is not there`, error);
    }
    return storageErrorFrom(error, printKey(key));
  }

  async #sweep(): Promise<void> {
    const folder = join(this.root, '.temporary');
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (await isAbandoned(path, name)) await rm(path, { recursive: true, force: true });
    }
  }
}

export async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle;
  try {
    folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    // Pruned by a neighbour, so nothing in it has to last.
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A folder went away meanwhile: Node.js says ENOTDIR when that was between its finding the folder and looking at it. */
function isRaced(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

export async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function removeFolderIfEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Left by a process of this machine that has ended, or by a machine that has not touched it for long. */
async function isAbandoned(path: string, name: string): Promise<boolean> {
  if (beingWritten.has(name)) return false;
  const [, pid = '', ...host] = name.split('.');
  if (host.join('.') === hostname() && !isRunning(Number(pid))) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs > abandonedAfterMs;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  // Not being written by this process, so of an earlier one that had the same id.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
