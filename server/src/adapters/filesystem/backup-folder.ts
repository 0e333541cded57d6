// Backups in a folder:
//
//   content/packages/sha256/…     every object, once per digest, whichever backups name it
//   backups/<id>/records.db       the records, as an embedded registry has them
//                content.db       which object lay under which key
//                secrets.json     sealed; only where a key for it was given
//                manifest.json    comes last: without it, it is no backup
//   lock.db                       held by the process that takes a backup
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ContentStore } from '../../core/content/index.ts';
import { RegistryError } from '../../core/errors.ts';
import {
  type BackupFiles,
  type BackupManifest,
  type BackupPlace,
  type FileDigest,
  printManifest,
  readManifest,
} from '../../core/recovery/index.ts';
import { ContentFolder, syncFolder } from './content-folder.ts';
import { openContentList } from './content-list.ts';
import { FilesystemContentStore } from './content-store.ts';
import { createSecretFile } from './secret-file.ts';
import { codeOf } from './storage-error.ts';

const fileNames = {
  records: 'records.db',
  content: 'content.db',
  secrets: 'secrets.json',
  manifest: 'manifest.json',
};

export class BackupFolder implements BackupPlace {
  readonly objects: ContentStore;
  readonly #root: string;

  private constructor(root: string, objects: ContentStore) {
    this.#root = root;
    this.objects = objects;
  }

  /** Made when it is not there, unless it `mustExist`: then it rejects with `not-found`. */
  static async open(root: string, { mustExist }: { readonly mustExist: boolean }): Promise<BackupFolder> {
    if (mustExist && !(await isThere(join(root, 'backups')))) {
      throw new RegistryError('not-found', `There are no backups in ${root}.`);
    }
    await mkdir(join(root, 'backups'), { recursive: true, mode: 0o700 });
    return new BackupFolder(
      root,
      new FilesystemContentStore(await ContentFolder.open(join(root, 'content'))),
    );
  }

  async lock(): Promise<AsyncDisposable> {
    // A lock of SQLite's ends with the process, however that ends.
    const database = new DatabaseSync(join(this.#root, 'lock.db'), { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (cause) {
      database.close();
      throw new RegistryError('state-conflict', `Another backup is being taken in ${this.#root}.`, { cause });
    }
    return { [Symbol.asyncDispose]: async () => database.close() };
  }

  async list(tellDamaged: (id: string, why: string) => void): Promise<readonly BackupManifest[]> {
    const found: BackupManifest[] = [];
    for (const id of await this.#ids()) {
      try {
        const manifest = readManifest(await readFile(this.#path(id, 'manifest'), 'utf8'));
        if (manifest.id !== id) throw new Error(`it is that of ${manifest.id}`);
        found.push(manifest);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') continue;
        tellDamaged(id, `its manifest cannot be believed: ${error instanceof Error ? error.message : error}`);
      }
    }
    return found;
  }

  async begin(id: string): Promise<BackupFiles> {
    for (const other of await this.#ids()) {
      if (!(await isThere(this.#path(other, 'manifest')))) await this.remove(other);
    }
    await mkdir(join(this.#root, 'backups', id), { mode: 0o700 });
    return this.#files(id, false);
  }

  async finish(manifest: BackupManifest): Promise<void> {
    const folder = join(this.#root, 'backups', manifest.id);
    for (const name of ['records', 'content'] as const) await syncFile(this.#path(manifest.id, name));
    await createSecretFile(this.#path(manifest.id, 'manifest'), printManifest(manifest));
    await syncFolder(folder);
    await syncFolder(join(this.#root, 'backups'));
  }

  open(id: string): BackupFiles {
    return this.#files(id, true);
  }

  /** Its manifest goes first: half of a backup is none. */
  async remove(id: string): Promise<void> {
    await rm(this.#path(id, 'manifest'), { force: true });
    await syncFolder(join(this.#root, 'backups', id));
    await rm(join(this.#root, 'backups', id), { recursive: true, force: true });
  }

  #files(id: string, readOnly: boolean): BackupFiles {
    return {
      id,
      recordsFile: this.#path(id, 'records'),
      openList: () => openContentList(this.#path(id, 'content'), { readOnly }),
      digestOf: (file) => digestOfFile(this.#path(id, file)),
      writeSecrets: (sealed) => createSecretFile(this.#path(id, 'secrets'), sealed),
      readSecrets: async () => {
        try {
          return await readFile(this.#path(id, 'secrets'), 'utf8');
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return null;
          throw error;
        }
      },
    };
  }

  async #ids(): Promise<string[]> {
    const entries = await readdir(join(this.#root, 'backups'), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  }

  #path(id: string, file: keyof typeof fileNames): string {
    return join(this.#root, 'backups', id, fileNames[file]);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.chmod(0o600);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function digestOfFile(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { digest: hash.digest('hex'), sizeBytes };
}
