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

interface Given {
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
  return {
    access,
    review,
    passwords: new Passwords(randomness),
    signingKeys,
    sessionSigner,
    authenticate: (authorization: string | undefined, from: { address: string; requestId: string }) =>
      authenticateCaller(ports, authorization, from),
  };
}
