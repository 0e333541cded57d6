/** A key that statements of this registry can be verified with. */
export interface PublicKey {
  /** The JWK thumbprint of the key (RFC 7638, SHA-256, base64url). */
  readonly keyId: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly createdAt: Date;
  /** From when on nothing is signed with it any more; null while it is the newest. It may lie ahead. */
  readonly retiredAt: Date | null;
}

/** Signs in the name of the registry. */
export interface RegistrySigner {
  /**
   * An Ed25519 signature over exactly these bytes, 64 bytes long. Rejects with a `StorageError` (`transient`) when it
   * cannot be known whether the key is still in use, because the secrets have not been readable for long.
   */
  sign(payload: Uint8Array): Promise<{ readonly keyId: string; readonly signature: Uint8Array }>;

  /** All keys that the registry has ever signed with, oldest first, at most a second behind. */
  publicKeys(): Promise<readonly PublicKey[]>;
}
