// Secrets sealed with AES-256-GCM under a key that lies in a file beside the database, not in it: a copy of the
// database alone opens nothing. A sealed text is `v1.<iv>.<tag>.<ciphertext>`, each in base64url.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { StorageError } from '../../core/errors.ts';
import type { SecretBox } from '../../core/events/index.ts';
import { createSecretFile } from './secret-file.ts';
import { codeOf } from './storage-error.ts';

const keyBytes = 32;
const ivBytes = 12;

export class FilesystemSecretBox implements SecretBox {
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  /** Reads the key from the file, after making one (mode 0600) where there is none. */
  static async open(path: string): Promise<FilesystemSecretBox> {
    const key = Buffer.from(await readOrCreate(path), 'base64url');
    if (key.length !== keyBytes) throw new Error(`${path} holds no key of ${keyBytes} bytes.`);
    return new FilesystemSecretBox(key);
  }

  async seal(secret: string, purpose: string): Promise<string> {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(purpose));
    const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return ['v1', ...[iv, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'))].join(
      '.',
    );
  }

  async open(sealed: string, purpose: string): Promise<string> {
    const [format, ...parts] = sealed.split('.');
    const [iv, tag, ciphertext] = parts.map((part) => Buffer.from(part, 'base64url'));
    try {
      if (format !== 'v1' || iv?.length !== ivBytes || tag?.length !== 16 || ciphertext === undefined) {
        throw new Error('The text has another form.');
      }
      const decipher = createDecipheriv('aes-256-gcm', this.#key, iv)
        .setAAD(Buffer.from(purpose))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new StorageError('permanent', `A secret for ${purpose} cannot be opened with this key.`, cause);
    }
  }
}

async function readOrCreate(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await createSecretFile(path, randomBytes(keyBytes).toString('base64url'));
  return await readFile(path, 'utf8');
}
