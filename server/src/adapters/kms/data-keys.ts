import { createHash } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { StorageError } from '../../core/errors.ts';
import { serviceFailure } from '../../core/service-failure.ts';

/** A key to seal with here, and the same key as only KMS can read it. */
export interface DataKey {
  readonly plaintext: Uint8Array;
  readonly encrypted: Uint8Array;
  /** The ARN of the KMS key that it is encrypted with. */
  readonly kmsKey: string;
}

export interface DataKeySettings {
  /** Id, ARN or alias of the KMS key that new data keys are encrypted with. */
  readonly kmsKey: string;
  /** How long a data key is used, and remembered after it was decrypted. */
  readonly lifetimeMs: number;
  /** How often a data key seals. */
  readonly uses: number;
}

/** What KMS checks and writes into its log with every use: the data key is good for this and nothing else. */
export type EncryptionContext = Readonly<Record<string, string>>;

const mostRemembered = 1_000;

// A key that is disabled, or whose deletion is planned, may come back: those stay transient.
const permanent: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'IncorrectKeyException',
  'InvalidCiphertextException',
  'InvalidGrantTokenException',
  'InvalidKeyUsageException',
  'NotFoundException',
  'ValidationException',
]);

/** Data keys of AWS KMS, kept in memory for a while so that not every secret costs a request. */
export class DataKeys {
  readonly #client: KMSClient;
  readonly #settings: DataKeySettings;
  readonly #nowMs: () => number;
  /** The one that seals at present, by encryption context; a promise, so that it is asked for once. */
  readonly #sealing = new Map<string, { key: Promise<DataKey>; untilMs: number; usesLeft: number }>();
  /** By what is asked of KMS, the one asked for longest first. */
  readonly #opened = new Map<string, { plaintext: Promise<Uint8Array>; untilMs: number }>();

  constructor(client: KMSClient, settings: DataKeySettings, nowMs: () => number) {
    this.#client = client;
    this.#settings = settings;
    this.#nowMs = nowMs;
  }

  /** A key to seal one secret with. */
  async toSeal(context: EncryptionContext): Promise<DataKey> {
    const name = nameOf(context);
    let kept = this.#sealing.get(name);
    if (kept === undefined || kept.usesLeft <= 0 || kept.untilMs <= this.#nowMs()) {
      const { lifetimeMs, uses } = this.#settings;
      kept = { key: this.#generate(context), untilMs: this.#nowMs() + lifetimeMs, usesLeft: uses };
      this.#sealing.set(name, kept);
      kept.key.catch(() => this.#sealing.delete(name));
    }
    kept.usesLeft--;
    return kept.key;
  }

  /** The key that was generated with this context; a permanent `StorageError` when there was none. */
  async toOpen(encrypted: Uint8Array, kmsKey: string, context: EncryptionContext): Promise<Uint8Array> {
    const digest = createHash('sha256').update(encrypted).digest('base64url');
    const name = JSON.stringify([digest, kmsKey, nameOf(context)]);
    const kept = this.#opened.get(name);
    if (kept !== undefined && kept.untilMs > this.#nowMs()) return kept.plaintext;
    const plaintext = this.#decrypt(encrypted, kmsKey, context);
    this.#opened.delete(name);
    this.#opened.set(name, { plaintext, untilMs: this.#nowMs() + this.#settings.lifetimeMs });
    plaintext.catch(() => this.#opened.delete(name));
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > mostRemembered && oldest !== undefined) this.#opened.delete(oldest);
    return plaintext;
  }

  async #generate(context: EncryptionContext): Promise<DataKey> {
    const { kmsKey } = this.#settings;
    try {
      const generated = await this.#client.send(
        new GenerateDataKeyCommand({ KeyId: kmsKey, KeySpec: 'AES_256', EncryptionContext: { ...context } }),
      );
      const { Plaintext: plaintext, CiphertextBlob: encrypted, KeyId: arn } = generated;
      if (plaintext && encrypted && arn !== undefined) return { plaintext, encrypted, kmsKey: arn };
    } catch (error) {
      throw serviceFailure(error, `a data key of ${kmsKey}`, permanent);
    }
    throw new StorageError('transient', `a data key of ${kmsKey}: the answer holds none`);
  }

  async #decrypt(encrypted: Uint8Array, kmsKey: string, context: EncryptionContext): Promise<Uint8Array> {
    try {
      const { Plaintext: plaintext } = await this.#client.send(
        new DecryptCommand({
          CiphertextBlob: encrypted,
          KeyId: kmsKey,
          EncryptionContext: { ...context },
        }),
      );
      if (plaintext) return plaintext;
    } catch (error) {
      throw serviceFailure(error, 'a data key that a secret is sealed with', permanent);
    }
    throw new StorageError('transient', 'a data key that a secret is sealed with: the answer holds none');
  }
}

function nameOf(context: EncryptionContext): string {
  return JSON.stringify(Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1)));
}
