// Ed25519 (RFC 8032) by the keys as they are: 32 bytes for the private and 32 for the public one.
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

export const keyBytes = 32;
const signatureBytes = 64;

/** What stands before the private key in PKCS #8 (RFC 8410, section 7). */
const privateKeyPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

export class PrivateKey {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  /** 32 random bytes, which are the key. */
  readonly seed: Uint8Array;
  readonly #key: KeyObject;

  constructor(seed: Uint8Array) {
    if (seed.length !== keyBytes) throw new Error('A private key of Ed25519 has 32 bytes.');
    const der = Buffer.concat([privateKeyPrefix, seed]);
    this.seed = seed;
    this.#key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const { x = '' } = createPublicKey(this.#key).export({ format: 'jwk' });
    this.publicKey = new Uint8Array(Buffer.from(x, 'base64url'));
    this.keyId = keyIdOf(this.publicKey);
  }

  sign(payload: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, payload, this.#key));
  }
}

/** The thumbprint of the key as a JWK (RFC 7638 with the members of RFC 8037). */
export function keyIdOf(publicKey: Uint8Array): string {
  const members = { crv: 'Ed25519', kty: 'OKP', x: Buffer.from(publicKey).toString('base64url') };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

/** False also for what cannot be a key or a signature; it never throws. */
export function verifySignature(publicKey: Uint8Array, payload: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== keyBytes || signature.length !== signatureBytes) return false;
  try {
    const x = Buffer.from(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, payload, key, signature);
  } catch {
    return false;
  }
}
