// Envelope encryption: a secret is sealed here, with a data key; the data key lies beside it, sealed by AWS KMS.
//
//   k1 . KMS key . encrypted data key . iv . tag . ciphertext          each part after the first in base64url
//
// Which KMS key it was stays with each secret, so that another alias or key for new secrets leaves the old ones readable.
// KMS binds the data key to what the secret is for (`webhook`), the seal here binds the secret to whose it is
// (`webhook 0192…`) and to its data key: a data key per secret would cost a request for each of them.
import { randomBytes } from 'node:crypto';
import { StorageError } from '../../core/errors.ts';
import { openedWith, type SecretBox, sealedWith } from '../../core/events/index.ts';
import type { DataKeys, EncryptionContext } from './data-keys.ts';

const format = 'k1';

export class KmsSecretBox implements SecretBox {
  readonly #dataKeys: Pick<DataKeys, 'toSeal' | 'toOpen'>;

  constructor(dataKeys: Pick<DataKeys, 'toSeal' | 'toOpen'>) {
    this.#dataKeys = dataKeys;
  }

  async seal(secret: string, purpose: string): Promise<string> {
    const { plaintext, encrypted, kmsKey } = await this.#dataKeys.toSeal(contextOf(purpose));
    const head = [
      format,
      Buffer.from(kmsKey).toString('base64url'),
      Buffer.from(encrypted).toString('base64url'),
    ].join('.');
    return `${head}.${sealedWith(plaintext, randomBytes(12), secret, aboutOf(head, purpose))}`;
  }

  async open(sealed: string, purpose: string): Promise<string> {
    const [given, kmsKey = '', encrypted = '', ...rest] = sealed.split('.');
    if (given !== format || kmsKey === '' || encrypted === '' || rest.length !== 3) {
      throw cannotBeOpened(purpose, new Error(`The text is not of the form ${format}.`));
    }
    const key = await this.#dataKeys.toOpen(
      Buffer.from(encrypted, 'base64url'),
      Buffer.from(kmsKey, 'base64url').toString(),
      contextOf(purpose),
    );
    try {
      return openedWith(key, rest.join('.'), aboutOf([format, kmsKey, encrypted].join('.'), purpose));
    } catch (cause) {
      throw cannotBeOpened(purpose, cause);
    }
  }
}

/** A purpose begins with what the secret is for, as one word. */
function contextOf(purpose: string): EncryptionContext {
  return { application: 'assay', purpose: purpose.split(' ', 1)[0] ?? '' };
}

function aboutOf(head: string, purpose: string): string {
  return `${head} ${purpose}`;
}

function cannotBeOpened(purpose: string, cause: unknown): StorageError {
  return new StorageError('permanent', `A secret for ${purpose} cannot be opened.`, cause);
}
