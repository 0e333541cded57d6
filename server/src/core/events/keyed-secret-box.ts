import type { Randomness } from '../clock.ts';
import { StorageError } from '../errors.ts';
import type { SecretStore } from '../secrets.ts';
import type { SecretBox } from './ports.ts';
import { openedWith, sealedWith, sealingKeyBytes } from './sealing.ts';

export const webhookKeySecret = 'webhook-key';
const format = 'v1';

/**
 * Secrets sealed under the secret `webhook-key`, which lies beside the records, not in them: a copy of the records alone
 * opens nothing. A sealed text is `v1.<iv>.<tag>.<ciphertext>`.
 */
export class KeyedSecretBox implements SecretBox {
  readonly #key: Uint8Array;
  readonly #randomness: Randomness;

  private constructor(key: Uint8Array, randomness: Randomness) {
    this.#key = key;
    this.#randomness = randomness;
  }

  /** With the key that is there, or the one that is made when there is none. */
  static async open(ports: { secrets: SecretStore; randomness: Randomness }): Promise<KeyedSecretBox> {
    const { secrets, randomness } = ports;
    const made = randomness.bytes(sealingKeyBytes).toString('base64url');
    const { text } = (await secrets.read(webhookKeySecret)) ?? (await secrets.create(webhookKeySecret, made));
    const key = Buffer.from(text, 'base64url');
    if (key.length !== sealingKeyBytes) {
      throw new Error(`The secret ${webhookKeySecret} holds no key of ${sealingKeyBytes} bytes.`);
    }
    return new KeyedSecretBox(key, randomness);
  }

  async seal(secret: string, purpose: string): Promise<string> {
    return `${format}.${sealedWith(this.#key, this.#randomness.bytes(12), secret, purpose)}`;
  }

  async open(sealed: string, purpose: string): Promise<string> {
    try {
      if (!sealed.startsWith(`${format}.`)) throw new Error(`The text is not of the form ${format}.`);
      return openedWith(this.#key, sealed.slice(format.length + 1), purpose);
    } catch (cause) {
      throw new StorageError('permanent', `A secret for ${purpose} cannot be opened with this key.`, cause);
    }
  }
}
