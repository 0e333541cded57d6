// The public keys as anybody can fetch and keep them: a JSON Web Key Set (RFC 7517, RFC 8037).
import { keyBytes, keyIdOf } from './ed25519.ts';
import type { PublicKey } from './ports.ts';

export interface JsonWebKeySet {
  readonly keys: readonly RegistryJwk[];
}

export interface RegistryJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
  /** Seconds since 1970: when it was made, and from when on nothing is signed with it. */
  readonly iat: number;
  readonly retired?: number;
}

/** `retired` is the second in which it ends, rounded up: nothing that was signed is refused for a fraction. */
export function keySetOf(keys: readonly PublicKey[]): JsonWebKeySet {
  return {
    keys: keys.map(({ keyId, publicKey, createdAt, retiredAt }) => ({
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from(publicKey).toString('base64url'),
      kid: keyId,
      use: 'sig',
      alg: 'EdDSA',
      iat: Math.floor(createdAt.getTime() / 1_000),
      ...(retiredAt !== null && { retired: Math.ceil(retiredAt.getTime() / 1_000) }),
    })),
  };
}

/** A text that should be a key set is none. */
export class KeySetError extends Error {
  override readonly name = 'KeySetError';
}

/**
 * The Ed25519 keys in a key set; those of other kinds are left out. Throws a `KeySetError` for what is no key set, and
 * for a key whose id is not its thumbprint.
 */
export function publicKeysIn(text: string): readonly PublicKey[] {
  let given: { keys?: unknown } | null = null;
  try {
    given = JSON.parse(text);
  } catch {}
  if (!Array.isArray(given?.keys))
    throw new KeySetError('This is no JSON Web Key Set: it has no list of keys.');
  return given.keys.flatMap((key) => publicKeyOf(key) ?? []);
}

function publicKeyOf(given: unknown): PublicKey | null {
  const { kty, crv, x, kid, iat, retired } = (given ?? {}) as Record<string, unknown>;
  if (kty !== 'OKP' || crv !== 'Ed25519') return null;
  const publicKey = new Uint8Array(Buffer.from(String(x), 'base64url'));
  const keyId = keyIdOf(publicKey);
  if (publicKey.length !== keyBytes || kid !== keyId) {
    throw new KeySetError(`The key ${JSON.stringify(kid)} does not have the id that follows from it.`);
  }
  const createdAt = momentOf(iat);
  if (createdAt === null) throw new KeySetError(`The key ${keyId} does not say when it was made (iat).`);
  const retiredAt = retired === undefined ? null : momentOf(retired);
  if (retired !== undefined && retiredAt === null) {
    throw new KeySetError(`The key ${keyId} says when it was retired in a way that cannot be understood.`);
  }
  return { keyId, publicKey, createdAt, retiredAt };
}

function momentOf(seconds: unknown): Date | null {
  const moment = new Date(typeof seconds === 'number' ? seconds * 1_000 : Number.NaN);
  return Number.isNaN(moment.getTime()) ? null : moment;
}
