export { keyIdOf, verifySignature } from './ed25519.ts';
export { type JsonWebKeySet, KeySetError, keySetOf, publicKeysIn, type RegistryJwk } from './key-set.ts';
export type * from './ports.ts';
export { RegistryKeys, registryKeysSecret } from './registry-keys.ts';
