import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { SecretStore, StoredSecret } from '../../core/secrets.ts';
import { createSecretFile, replaceSecretFile } from './secret-file.ts';
import { codeOf, storageErrorFrom, writingErrorFrom } from './storage-error.ts';

/** A lock that is older was left by a process that is no more: replacing a file takes milliseconds. */
const abandonedAfterMs = 10_000;

/** Secrets in a folder, one file each under its name, mode 0600. */
export class SecretFolder implements SecretStore {
  readonly refreshMs = 1_000;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(name: string): Promise<StoredSecret | null> {
    try {
      const text = await readFile(this.#pathOf(name), 'utf8');
      return { text, version: createHash('sha256').update(text).digest('hex') };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw storageErrorFrom(error, `the secret ${name}`);
    }
  }

  async create(name: string, text: string): Promise<StoredSecret> {
    try {
      await createSecretFile(this.#pathOf(name), text);
    } catch (error) {
      throw writingErrorFrom(error, `the secret ${name}`);
    }
    const stored = await this.read(name);
    if (stored === null) throw new Error(`The secret ${name} was removed as soon as it was there.`);
    return stored;
  }

  async replace(name: string, text: string, version: string): Promise<boolean> {
    return this.#locked(name, async () => {
      if ((await this.read(name))?.version !== version) return false;
      await replaceSecretFile(this.#pathOf(name), text);
      return true;
    });
  }

  /** Does it while no other process that asks for the same lock does. */
  async #locked<T>(name: string, work: () => Promise<T>): Promise<T> {
    const lock = this.#pathOf(`${name}.lock`);
    try {
      await mkdir(dirname(lock), { recursive: true, mode: 0o700 });
      while (!(await isMade(lock))) await wait(10);
      try {
        return await work();
      } finally {
        await rm(lock, { force: true });
      }
    } catch (error) {
      throw writingErrorFrom(error, `the secret ${name}`);
    }
  }

  #pathOf(name: string): string {
    return join(this.#folder, name);
  }
}

async function isMade(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const madeAtMs = await stat(lock).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  if (Date.now() - madeAtMs > abandonedAfterMs) await rm(lock, { force: true });
  return false;
}
