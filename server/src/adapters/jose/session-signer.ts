import { errors, jwtVerify, SignJWT } from 'jose';
import {
  type AccessSettings,
  believedKeysAt,
  type SessionSigner,
  type SessionStatement,
  type SigningKeys,
  signingKeyAt,
} from '../../core/access/index.ts';
import type { Clock } from '../../core/clock.ts';

const algorithm = 'HS256';
const maximumRemembered = 5_000;

interface Remembered {
  readonly statement: SessionStatement;
  readonly keyId: string;
  readonly expiresAtMs: number;
}

/**
 * Session tokens as JWT (RFC 7519) with HMAC-SHA-256: whoever verifies them is this registry, so the key need not be
 * public. They state `sub`, `jti`, `iat` and `exp`, and `kid` in the header. A signature once found good is
 * remembered, for as long as its key is believed.
 */
export class JoseSessionSigner implements SessionSigner {
  readonly #clock: Clock;
  readonly #keys: SigningKeys;
  readonly #overlapS: number;
  /** By the text of the token, the one remembered longest first. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(ports: {
    clock: Clock;
    signingKeys: SigningKeys;
    access: Pick<AccessSettings, 'sessionKeyOverlapS'>;
  }) {
    this.#clock = ports.clock;
    this.#keys = ports.signingKeys;
    this.#overlapS = ports.access.sessionKeyOverlapS;
  }

  async sign(statement: SessionStatement, issuedAt: Date, expiresAt: Date): Promise<string> {
    const key = signingKeyAt(await this.#keys.list(), this.#clock.now());
    if (key === undefined) throw new Error('There is no key to sign session tokens with.');
    return new SignJWT()
      .setProtectedHeader({ alg: algorithm, kid: key.id })
      .setSubject(statement.userId)
      .setJti(statement.sessionId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(key.secret);
  }

  async verify(text: string): Promise<SessionStatement | null> {
    const now = this.#clock.now();
    const found = this.#remembered.get(text) ?? (await verified(text, this.#keys, now));
    if (found === null) return null;
    const believed = believedKeysAt(await this.#keys.list(found.keyId), now, this.#overlapS);
    const good = found.expiresAtMs > now.getTime() && believed.some((key) => key.id === found.keyId);
    if (good) this.#remember(text, found);
    else this.#remembered.delete(text);
    return good ? found.statement : null;
  }

  #remember(text: string, found: Remembered): void {
    if (this.#remembered.has(text)) return;
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= maximumRemembered && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(text, found);
  }
}

async function verified(text: string, keys: SigningKeys, now: Date): Promise<Remembered | null> {
  try {
    const { payload, protectedHeader } = await jwtVerify(
      text,
      async ({ kid }) => {
        const key = (await keys.list(kid)).find((one) => one.id === kid);
        if (key === undefined) throw new errors.JWKSNoMatchingKey();
        return key.secret;
      },
      { algorithms: [algorithm], currentDate: now, requiredClaims: ['sub', 'jti', 'iat', 'exp'] },
    );
    const { sub = '', jti = '', exp = 0 } = payload;
    return {
      statement: { sessionId: jti, userId: sub },
      keyId: protectedHeader.kid ?? '',
      expiresAtMs: exp * 1_000,
    };
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
