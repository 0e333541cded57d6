import { JoseSessionSigner } from '../adapters/jose/session-signer.ts';
import type { Config } from '../config/index.ts';
import {
  authenticateCaller,
  ensureSessionKey,
  Passwords,
  type SigningKeys,
  type TokenStore,
} from '../core/access/index.ts';
import type { Clock, Randomness } from '../core/clock.ts';
import { type FeatureSwitches, switchedAccess } from './features.ts';

interface Given {
  /** Absent: what the configuration says. */
  readonly features?: FeatureSwitches;
  readonly tokens: TokenStore;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** What logging in, authenticating and reviewing need beyond the records. */
export async function accessPorts({ access, review }: Config, given: Given) {
  const { tokens, signingKeys, clock, randomness } = given;
  await ensureSessionKey({ clock, randomness, signingKeys });
  const sessionSigner = new JoseSessionSigner({ clock, signingKeys, access });
  const ports = { tokens, clock, access, sessionSigner };
  const { features } = given;
  return {
    access: features === undefined ? access : switchedAccess(features, access),
    review,
    passwords: new Passwords(randomness),
    signingKeys,
    sessionSigner,
    authenticate: (authorization: string | undefined, from: { address: string; requestId: string }) =>
      authenticateCaller(ports, authorization, from),
  };
}
