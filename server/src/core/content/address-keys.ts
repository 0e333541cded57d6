import type { Clock, Randomness } from '../clock.ts';
import { type SecretStore, SharedSecret } from '../secrets.ts';

/** A secret of HMAC-SHA-256, 32 bytes. */
export interface AddressKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

/** The first signs, all are believed: so a key is replaced while its addresses run out. */
export type AddressKeyList = readonly [AddressKey, ...AddressKey[]];

export const addressKeysSecret = 'address-keys.json';

/**
 * The keys that sign addresses, shared by all processes of the registry, as the secret `address-keys.json`:
 *
 *   [{ "id": "…", "secret": "<base64url, 32 bytes>" }, …]
 *
 * The first signs and all are believed, so an operator replaces a key by putting another before it. Running processes
 * notice by themselves.
 */
export class AddressKeys {
  readonly #secret: SharedSecret<AddressKeyList>;

  private constructor(ports: { readonly clock: Clock; readonly secrets: SecretStore }) {
    this.#secret = new SharedSecret(ports, addressKeysSecret, parsed);
  }

  /** The keys, after making one where there is none. What cannot be understood is an error and stays as it is. */
  static async open(ports: {
    readonly clock: Clock;
    readonly randomness: Randomness;
    readonly secrets: SecretStore;
  }): Promise<AddressKeys> {
    const [id, secret] = [6, 32].map((count) => ports.randomness.bytes(count).toString('base64url'));
    const keys = new AddressKeys(ports);
    await keys.#secret.ensure(`${JSON.stringify([{ id, secret }], null, 2)}\n`);
    return keys;
  }

  /** `wantedId`: of a key that an address names; when it is not known, it is looked for. */
  async list(wantedId?: string): Promise<AddressKeyList> {
    const keys = await this.#secret.value();
    const isKnown = wantedId === undefined || keys?.some(({ id }) => id === wantedId);
    const list = keys !== null && isKnown ? keys : await this.#secret.value({ afresh: true });
    if (list === null) throw new Error(`The secret ${addressKeysSecret} is not there any more.`);
    return list;
  }
}

function parsed(text: string): AddressKeyList {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    // Without the parser's message, which quotes the text.
  }
  const [first, ...others] = Array.isArray(given) ? given.map(keyOf) : [];
  if (first && others.every((key) => key !== null)) return [first, ...others];
  throw new Error(`The secret ${addressKeysSecret} does not hold address keys.`);
}

function keyOf(given: unknown): AddressKey | null {
  const { id, secret } = (given ?? {}) as { id?: unknown; secret?: unknown };
  if (typeof id !== 'string' || typeof secret !== 'string') return null;
  const bytes = Buffer.from(secret, 'base64url');
  return bytes.length === 32 ? { id, secret: bytes } : null;
}
