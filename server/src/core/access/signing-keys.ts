import type { Clock } from '../clock.ts';
import { type SecretStore, SharedSecret } from '../secrets.ts';

/** A secret that session tokens are signed with. */
export interface SigningKey {
  /** Goes into the token, to find the key again. */
  readonly id: string;
  /** 32 random bytes. */
  readonly secret: Uint8Array;
  readonly createdAt: Date;
}

export const sessionKeysSecret = 'session-keys.json';

/**
 * The keys for session tokens, shared by all processes of the registry, as the secret `session-keys.json`, oldest
 * first: `{"keys": [{"id", "secret" (base64url), "createdAt"}]}`.
 */
export class SigningKeys {
  readonly #secret: SharedSecret<readonly SigningKey[]>;

  constructor(ports: { readonly clock: Clock; readonly secrets: SecretStore }) {
    this.#secret = new SharedSecret(ports, sessionKeysSecret, parsed);
  }

  /**
   * Oldest first. Cheap enough for every request, and therefore a little behind what other processes have changed.
   * Not so behind about the key `wantedId`, which a token names: when it is not known, it is looked for.
   */
  async list(wantedId?: string): Promise<readonly SigningKey[]> {
    const keys = (await this.#secret.value()) ?? [];
    if (wantedId === undefined || keys.some(({ id }) => id === wantedId)) return keys;
    return (await this.#secret.value({ afresh: true })) ?? [];
  }

  /** Stores the key as the first one; nothing when there are keys. */
  async ensureFirst(key: SigningKey): Promise<void> {
    await this.#secret.ensure(printed([key]));
  }

  /** Stores what `change` makes of the keys that there are. Of several changes at the same time, all are made. */
  async change(change: (keys: readonly SigningKey[]) => readonly SigningKey[]): Promise<void> {
    await this.#secret.change((keys) => printed(change(keys)));
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

function parsed(text: string): readonly SigningKey[] {
  let given: { keys?: unknown } | null = null;
  try {
    given = JSON.parse(text);
  } catch {
    // Without the parser's message, which quotes the text.
  }
  const keys = Array.isArray(given?.keys) ? given.keys.map(keyOf) : [];
  if (keys.length === 0) throw new Error(`The secret ${sessionKeysSecret} holds no keys.`);
  return keys;
}

function keyOf(given: unknown): SigningKey {
  const { id, secret, createdAt } = (given ?? {}) as Record<string, unknown>;
  const key = { secret: Buffer.from(String(secret), 'base64url'), createdAt: new Date(String(createdAt)) };
  if (typeof id !== 'string' || key.secret.length !== 32 || Number.isNaN(key.createdAt.getTime())) {
    throw new Error(`The secret ${sessionKeysSecret} holds something that is no key.`);
  }
  return { id, ...key };
}
