// Which key signs session tokens, and which ones are believed, as time goes by:
//
//   made ──2 s──▶ signs and is believed ──successor signs──▶ is believed only ──overlap──▶ forgotten
//
// A new key is believed at once and signs a little later. A process that gets to see a token whose key it does not know
// looks for it, at most once a second: by then it finds it. The very first key need not wait for anybody.
import type { Clock, Randomness } from '../clock.ts';
import type { AccessSettings } from './settings.ts';
import type { SigningKey, SigningKeys } from './signing-keys.ts';

const signsAfterMs = 2_000;

/** `keys`: oldest first. Undefined only when there are none. */
export function signingKeyAt(keys: readonly SigningKey[], now: Date): SigningKey | undefined {
  const active = keys.filter((key) => key.createdAt.getTime() + signsAfterMs <= now.getTime());
  return active.at(-1) ?? keys[0];
}

/** The keys whose tokens are believed, oldest first. */
export function believedKeysAt(
  keys: readonly SigningKey[],
  now: Date,
  overlapS: number,
): readonly SigningKey[] {
  return keys.filter((_, i) => {
    const successor = keys[i + 1];
    if (successor === undefined) return true;
    return now.getTime() <= successor.createdAt.getTime() + signsAfterMs + overlapS * 1_000;
  });
}

interface KeyPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly signingKeys: SigningKeys;
}

/** Makes the first key when there is none. */
export async function ensureSessionKey(ports: KeyPorts): Promise<void> {
  await ports.signingKeys.ensureFirst(newKey(ports));
}

/**
 * Begins to sign with a new key. Tokens of the key before stay good for the overlap; running servers notice by
 * themselves. Returns the id of the new key.
 */
export async function rotateSessionKey(
  ports: KeyPorts & { access: Pick<AccessSettings, 'sessionKeyOverlapS'> },
): Promise<string> {
  const key = newKey(ports);
  const { sessionKeyOverlapS } = ports.access;
  await ports.signingKeys.change((keys) => believedKeysAt([...keys, key], key.createdAt, sessionKeyOverlapS));
  return key.id;
}

function newKey({ clock, randomness }: KeyPorts): SigningKey {
  return { id: randomness.id(), secret: randomness.bytes(32), createdAt: clock.now() };
}
