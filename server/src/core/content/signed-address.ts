// Addresses of this server that need no token, because they carry their permission: what may be done, to what,
// until when, signed. Everything an address says is readable, nothing of it can be changed.
//
//   PUT /content/incoming/<upload>/parts/<n> ? size offset            ┐
//   POST /content/incoming/<upload>            key Content-Type …     ├─ + expires nonce signed-by signature
//   GET /content/packages/<digest>           ? version name type      ┘
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock, Randomness } from '../clock.ts';
import { RegistryError } from '../errors.ts';
import type { AddressKey, AddressKeys } from './address-keys.ts';

export type AddressFields = Readonly<Record<string, string>>;

export class SignedAddresses {
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  readonly #keys: Pick<AddressKeys, 'list'>;

  constructor(ports: { clock: Clock; randomness: Randomness }, keys: Pick<AddressKeys, 'list'>) {
    this.#clock = ports.clock;
    this.#randomness = ports.randomness;
    this.#keys = keys;
  }

  /** `conditions` with what makes them an address: `expires`, `nonce`, `signed-by` and `signature`. */
  async sign(
    method: string,
    path: string,
    conditions: AddressFields,
    expiresAt: Date,
  ): Promise<AddressFields> {
    const [key] = await this.#keys.list();
    const fields = {
      ...conditions,
      expires: String(expiresAt.getTime()),
      // Ids sort by the time of their making, which tells a newer address of a part from an older one.
      nonce: this.#randomness.id(),
      'signed-by': key.id,
    };
    return { ...fields, signature: signature(key, method, path, fields) };
  }

  /** Throws `address-invalid` unless exactly these fields were signed for this method and path, and still hold. */
  async verify(method: string, path: string, fields: AddressFields): Promise<void> {
    const { signature: given = '', ...signed } = fields;
    const keys = await this.#keys.list(signed['signed-by']);
    const key = keys.find(({ id }) => id === signed['signed-by']);
    if (key === undefined || !isSame(given, signature(key, method, path, signed))) {
      throw new RegistryError(
        'address-invalid',
        `This is not an address that the registry has signed for ${method} ${path}.`,
      );
    }
    const expiresAt = new Date(Number(signed.expires));
    const now = this.#clock.now();
    if (now < expiresAt) return;
    throw new RegistryError(
      'address-invalid',
      `The address expired at ${expiresAt.toISOString()}; it is ${now.toISOString()} now.`,
    );
  }
}

function signature(key: AddressKey, method: string, path: string, fields: AddressFields): string {
  const sorted = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1));
  // JSON, so that no two addresses are written alike.
  return createHmac('sha256', key.secret)
    .update(JSON.stringify([method, path, sorted]))
    .digest('base64url');
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
