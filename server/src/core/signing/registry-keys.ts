// The keys that the registry signs with, as time goes by:
//
//   made ──2 s──▶ signs ──successor signs──▶ may still sign ──1 h──▶ retired: verifies only, for ever
//
// A new key is published at once and signs a little later, as that of sessions does. A process that has not heard of the
// successor goes on with the key before, but not for longer than it may be left without news: so nothing is signed with
// a key after it has retired. When a key is made, the private parts of those that have retired are forgotten.
import type { Clock, Randomness } from '../clock.ts';
import { StorageError } from '../errors.ts';
import { type SecretStore, SharedSecret } from '../secrets.ts';
import { keyBytes, keyIdOf, PrivateKey } from './ed25519.ts';
import type { PublicKey, RegistrySigner } from './ports.ts';

export const registryKeysSecret = 'registry-keys.json';

const signsAfterMs = 2_000;
const overlapMs = 3_600_000;
/** Less than the overlap: the clocks of processes may differ. */
const withoutNewsMs = overlapMs / 2;

interface KeptKey {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  readonly createdAt: Date;
  /** Null when it was forgotten. */
  readonly signing: PrivateKey | null;
}

interface KeyPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly secrets: SecretStore;
}

/**
 * Shared by all processes of the registry as the secret `registry-keys.json`, oldest first:
 * `{"keys": [{"keyId", "publicKey", "privateKey" (both base64url; the latter absent when forgotten), "createdAt"}]}`.
 */
export class RegistryKeys implements RegistrySigner {
  readonly #ports: KeyPorts;
  readonly #secret: SharedSecret<readonly KeptKey[]>;

  private constructor(ports: KeyPorts) {
    this.#ports = ports;
    this.#secret = new SharedSecret(ports, registryKeysSecret, parsed);
  }

  /** Makes the first key when there is none. */
  static async open(ports: KeyPorts): Promise<RegistryKeys> {
    const keys = new RegistryKeys(ports);
    await keys.#secret.ensure(printed([newKey(ports)]));
    return keys;
  }

  async sign(payload: Uint8Array): Promise<{ keyId: string; signature: Uint8Array }> {
    const key = signingKeyAt(
      (await this.#secret.value({ noOlderThanMs: withoutNewsMs })) ?? [],
      this.#ports.clock.now(),
    );
    if (key === undefined) throw new StorageError('transient', 'There is no key to sign with.');
    return { keyId: key.keyId, signature: key.sign(payload) };
  }

  async publicKeys(): Promise<readonly PublicKey[]> {
    const keys = (await this.#secret.value({ afresh: true })) ?? [];
    return keys.map(({ keyId, publicKey, createdAt }, i) => ({
      keyId,
      publicKey,
      createdAt,
      retiredAt: retirementOf(keys, i),
    }));
  }

  /** Begins to sign with a new key, in two seconds. Running servers notice by themselves. Resolves with its id. */
  async rotate(): Promise<string> {
    const made = newKey(this.#ports);
    await this.#secret.change((keys) => printed([...withoutRetired(keys, this.#ports.clock.now()), made]));
    return made.keyId;
  }
}

function signingKeyAt(keys: readonly KeptKey[], now: Date): PrivateKey | undefined {
  const able = keys.filter(({ signing }) => signing !== null);
  const active = able.findLast(({ createdAt }) => createdAt.getTime() + signsAfterMs <= now.getTime());
  return (active ?? able[0])?.signing ?? undefined;
}

function retirementOf(keys: readonly KeptKey[], index: number): Date | null {
  const successor = keys[index + 1];
  return successor === undefined ? null : new Date(successor.createdAt.getTime() + signsAfterMs + overlapMs);
}

/** The last one has to sign until its successor does. */
function withoutRetired(keys: readonly KeptKey[], now: Date): readonly KeptKey[] {
  return keys.map((key, i) => {
    const retiredAt = retirementOf(keys, i);
    return retiredAt !== null && retiredAt <= now ? { ...key, signing: null } : key;
  });
}

function newKey({ clock, randomness }: KeyPorts): KeptKey {
  return keyFrom(randomness.bytes(keyBytes), clock.now());
}

function keyFrom(seed: Uint8Array, createdAt: Date): KeptKey {
  const signing = new PrivateKey(seed);
  return { keyId: signing.keyId, publicKey: signing.publicKey, createdAt, signing };
}

function printed(keys: readonly KeptKey[]): string {
  const shown = keys.map(({ keyId, publicKey, signing, createdAt }) => ({
    keyId,
    publicKey: Buffer.from(publicKey).toString('base64url'),
    ...(signing !== null && { privateKey: Buffer.from(signing.seed).toString('base64url') }),
    createdAt: createdAt.toISOString(),
  }));
  return `${JSON.stringify({ keys: shown }, null, 2)}\n`;
}

function parsed(text: string): readonly KeptKey[] {
  let given: { keys?: unknown } | null = null;
  try {
    given = JSON.parse(text);
  } catch {
    // Without the parser's message, which quotes the text.
  }
  const keys = Array.isArray(given?.keys) ? given.keys.map(keyOf) : [];
  if (keys.length === 0) throw new Error(`The secret ${registryKeysSecret} holds no keys.`);
  return keys;
}

/** A public key that does not belong to its id, or to its private key, would make every signature worthless. */
function keyOf(given: unknown): KeptKey {
  const { keyId, publicKey, privateKey, createdAt } = (given ?? {}) as Record<string, unknown>;
  const [shown, seed, at] = [bytesIn(publicKey), bytesIn(privateKey), new Date(String(createdAt))];
  const forgotten = privateKey === undefined && shown !== null;
  const key = seed === null ? null : keyFrom(seed, at);
  const kept = forgotten ? { keyId: keyIdOf(shown), publicKey: shown, createdAt: at, signing: null } : key;
  const belongs = kept?.keyId === keyId && shown !== null && keyIdOf(shown) === keyId;
  if (kept !== null && belongs && !Number.isNaN(at.getTime())) return kept;
  throw new Error(`The secret ${registryKeysSecret} holds something that is no key.`);
}

function bytesIn(given: unknown): Uint8Array | null {
  const bytes = new Uint8Array(Buffer.from(typeof given === 'string' ? given : '', 'base64url'));
  return bytes.length === keyBytes ? bytes : null;
}
