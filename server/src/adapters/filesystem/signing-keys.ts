import { readFile, stat } from 'node:fs/promises';
import type { SigningKey, SigningKeys } from '../../core/access/index.ts';
import type { Clock } from '../../core/clock.ts';
import { createSecretFile, replaceSecretFile } from './secret-file.ts';
import { codeOf, storageErrorFrom } from './storage-error.ts';

const lookAgainAfterMs = 1_000;

/**
 * The keys in a JSON file, oldest first: `{"keys": [{"id", "secret" (base64url), "createdAt"}]}`. It is looked at
 * once a second at most, and read again when it has changed.
 */
export class FilesystemSigningKeys implements SigningKeys {
  readonly #path: string;
  readonly #clock: Clock;
  #keys: readonly SigningKey[] = [];
  /** What the file was when it was read: its inode and time of change. */
  #seen = '';
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async list(): Promise<readonly SigningKey[]> {
    const nowMs = this.#clock.now().getTime();
    if (Math.abs(nowMs - this.#lookedAtMs) >= lookAgainAfterMs) {
      this.#lookedAtMs = nowMs;
      await this.#look();
    }
    return this.#keys;
  }

  async ensureFirst(key: SigningKey): Promise<void> {
    await createSecretFile(this.#path, printed([key]));
    await this.#look();
  }

  async replace(keys: readonly SigningKey[]): Promise<void> {
    await replaceSecretFile(this.#path, printed(keys));
    await this.#look();
  }

  async #look(): Promise<void> {
    try {
      const { ino, mtimeNs } = await stat(this.#path, { bigint: true });
      const seen = `${ino} ${mtimeNs}`;
      if (seen === this.#seen) return;
      this.#keys = parsed(this.#path, await readFile(this.#path, 'utf8'));
      this.#seen = seen;
    } catch (error) {
      throw codeOf(error) === undefined ? error : storageErrorFrom(error, 'the keys of session tokens');
    }
  }
}

function printed(keys: readonly SigningKey[]): string {
  const shown = keys.map(({ id, secret, createdAt }) => ({
    id,
    secret: Buffer.from(secret).toString('base64url'),
    createdAt: createdAt.toISOString(),
  }));
  return `${JSON.stringify({ keys: shown }, null, 2)}\n`;
}

function parsed(path: string, text: string): readonly SigningKey[] {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length === 0) throw new Error(`${path} holds no keys.`);
  return keys.map((key: Record<string, unknown>) => {
    const secret = Buffer.from(String(key.secret), 'base64url');
    const createdAt = new Date(String(key.createdAt));
    if (typeof key.id !== 'string' || secret.length !== 32 || Number.isNaN(createdAt.getTime())) {
      throw new Error(`${path} holds something that is no key.`);
    }
    return { id: key.id, secret, createdAt };
  });
}
