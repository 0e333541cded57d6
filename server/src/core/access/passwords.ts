// Hashing of passwords with Argon2id (RFC 9106). The parameters are OWASP's first choice (Password Storage Cheat
// Sheet): 19 MiB of memory, 2 passes, 1 lane. They are written into every hash, in the PHC string format, so that
// they can be raised later: a login then finds the hash stale and makes a new one.
//
//   $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>
import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Randomness } from '../clock.ts';
import { RegistryError } from '../errors.ts';

const argon2Async = promisify(argon2);

export interface Argon2Cost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

const owaspCost: Argon2Cost = { memoryKiB: 19_456, passes: 2, lanes: 1 };
const saltBytes = 16;
const hashBytes = 32;

/** At the same time: each takes a thread that the file system would use, and the memory above. */
const concurrentHashes = 2;
const waitingHashes = 100;

interface Parsed {
  readonly cost: Argon2Cost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export class Passwords {
  readonly #randomness: Randomness;
  readonly #cost: Argon2Cost;
  readonly #decoy: Parsed;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(randomness: Randomness, cost: Argon2Cost = owaspCost) {
    this.#randomness = randomness;
    this.#cost = cost;
    this.#decoy = { cost, salt: randomness.bytes(saltBytes), hash: randomness.bytes(hashBytes) };
  }

  /** The PHC string to store. */
  async hash(password: string): Promise<string> {
    const salt = this.#randomness.bytes(saltBytes);
    const hash = await this.#derive(password, salt, this.#cost, hashBytes);
    const { memoryKiB, passes, lanes } = this.#cost;
    return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${inBase64(salt)}$${inBase64(hash)}`;
  }

  /**
   * Is this the password of the hash? Costs the same when there is no hash (null: no such user), so that the time
   * does not tell. Throws `unavailable` when too many are waiting already.
   */
  async verify(password: string, phc: string | null): Promise<boolean> {
    const { cost, salt, hash } = phc === null ? this.#decoy : parsed(phc);
    const derived = await this.#derive(password, salt, cost, hash.length);
    return timingSafeEqual(derived, hash) && phc !== null;
  }

  /** Was the hash made with other parameters than those of today? */
  isStale(phc: string): boolean {
    const { cost } = parsed(phc);
    return (Object.keys(cost) as (keyof Argon2Cost)[]).some((name) => cost[name] !== this.#cost[name]);
  }

  async #derive(password: string, nonce: Buffer, cost: Argon2Cost, tagLength: number): Promise<Buffer> {
    await this.#turn();
    try {
      return await argon2Async('argon2id', {
        // The same characters can be typed as different bytes (NIST SP 800-63B, section 3.1.1.2).
        message: password.normalize('NFKC'),
        nonce,
        tagLength,
        memory: cost.memoryKiB,
        passes: cost.passes,
        parallelism: cost.lanes,
      });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < concurrentHashes) {
      this.#running += 1;
    } else if (this.#waiting.length < waitingHashes) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      throw new RegistryError('unavailable', 'Too many passwords are being checked at the moment.', {
        retryAfterSeconds: 5,
      });
    }
  }
}

function parsed(phc: string): Parsed {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(phc);
  const [, memoryKiB, passes, lanes, salt = '', hash = ''] = match ?? [];
  if (match === null) throw new Error('A stored password hash is not an Argon2id PHC string.');
  return {
    cost: { memoryKiB: Number(memoryKiB), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

/** Base 64 without padding, as PHC strings have it. */
function inBase64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

const oneTimeCharacters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A password of 100 random bits that can be read out and typed: `xxxxx-xxxxx-xxxxx-xxxxx`. */
export function oneTimePassword(randomness: Randomness): string {
  const characters = [...randomness.bytes(20)].map((byte) => oneTimeCharacters.charAt(byte & 31));
  return [0, 5, 10, 15].map((start) => characters.slice(start, start + 5).join('')).join('-');
}
