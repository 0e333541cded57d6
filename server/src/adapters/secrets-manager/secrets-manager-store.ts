// Secrets in AWS Secrets Manager. That of two processes one wins is decided by the service:
//
//   create    every process asks for the same version id, made from the secret's name. The first one's text is
//             stored under it, the others are refused (ResourceExistsException) and read that.
//   replace   the text is put under a new version id that carries a label of our own only; then AWSCURRENT is moved to
//             it from the version that was read, which is refused (InvalidParameterException) when AWSCURRENT is
//             somewhere else by now, whoever has moved it: another process, a person, or a rotation.
import { createHash, randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { StorageError } from '../../core/errors.ts';
import type { SecretStore, StoredSecret } from '../../core/secrets.ts';
import { serviceFailure } from '../../core/service-failure.ts';

const current = 'AWSCURRENT';
const draft = 'ASSAY_DRAFT';

const permanent: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'DecryptionFailure',
  'EncryptionFailure',
  'InvalidParameterException',
  // Among others: the secret is marked for deletion.
  'InvalidRequestException',
  'LimitExceededException',
  'ValidationException',
]);

export interface SecretsManagerSettings {
  /** Comes before the names of secrets: `assay/production/`. */
  readonly prefix: string;
  /** The key that new secrets are encrypted with; empty: the account's own for Secrets Manager. */
  readonly kmsKeyId: string;
  readonly refreshMs: number;
}

export class SecretsManagerStore implements SecretStore {
  readonly refreshMs: number;
  readonly #client: SecretsManagerClient;
  readonly #settings: SecretsManagerSettings;

  constructor(client: SecretsManagerClient, settings: SecretsManagerSettings) {
    this.refreshMs = settings.refreshMs;
    this.#client = client;
    this.#settings = settings;
  }

  async read(name: string): Promise<StoredSecret | null> {
    const found = await this.#unless('ResourceNotFoundException', name, () =>
      this.#client.send(new GetSecretValueCommand({ SecretId: this.#idOf(name), VersionStage: current })),
    );
    if (found === null) return null;
    const { SecretString: text, VersionId: version } = found;
    if (text !== undefined && version !== undefined) return { text, version };
    throw new StorageError('permanent', `The secret ${this.#idOf(name)} holds no text.`);
  }

  async create(name: string, text: string): Promise<StoredSecret> {
    const version = firstVersionOf(this.#idOf(name));
    // The secret itself may have been made for us, without a value.
    const put = await this.#put(name, text, version);
    if (put === 'no secret' && !(await this.#make(name, text, version))) await this.#put(name, text, version);
    const stored = await this.read(name);
    if (stored !== null) return stored;
    throw new StorageError('transient', `The secret ${this.#idOf(name)} is just being made.`);
  }

  async replace(name: string, text: string, version: string): Promise<boolean> {
    const successor = randomUUID();
    if ((await this.#put(name, text, successor)) !== 'put') return false;
    const moved = await this.#unless('InvalidParameterException', name, () =>
      this.#client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: this.#idOf(name),
          VersionStage: current,
          RemoveFromVersionId: version,
          MoveToVersionId: successor,
        }),
      ),
    );
    // A try whose answer was lost is refused when it is repeated.
    return moved !== null || (await this.read(name))?.version === successor;
  }

  /** Stores a version that becomes the current one only if it is the very first. */
  async #put(name: string, text: string, version: string): Promise<'put' | 'taken' | 'no secret'> {
    try {
      const put = await this.#unless('ResourceExistsException', name, () =>
        this.#client.send(
          new PutSecretValueCommand({
            SecretId: this.#idOf(name),
            SecretString: text,
            ClientRequestToken: version,
            VersionStages: [draft],
          }),
        ),
      );
      return put === null ? 'taken' : 'put';
    } catch (error) {
      if (error instanceof StorageError && nameOf(error.cause) === 'ResourceNotFoundException') {
        return 'no secret';
      }
      throw error;
    }
  }

  /** False when somebody else has made it meanwhile. */
  async #make(name: string, text: string, version: string): Promise<boolean> {
    const { kmsKeyId } = this.#settings;
    const made = await this.#unless('ResourceExistsException', name, () =>
      this.#client.send(
        new CreateSecretCommand({
          Name: this.#idOf(name),
          Description: 'Made by the registry on its first start.',
          SecretString: text,
          ClientRequestToken: version,
          ...(kmsKeyId !== '' && { KmsKeyId: kmsKeyId }),
        }),
      ),
    );
    return made !== null;
  }

  /** Null when the service answers with `exception`. */
  async #unless<T>(exception: string, name: string, call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      if (nameOf(error) === exception) return null;
      throw serviceFailure(error, `the secret ${this.#idOf(name)}`, permanent);
    }
  }

  #idOf(name: string): string {
    return `${this.#settings.prefix}${name}`;
  }
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** A version id has the form of a UUID. */
function firstVersionOf(id: string): string {
  const hex = createHash('sha256').update(`first version of ${id}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
