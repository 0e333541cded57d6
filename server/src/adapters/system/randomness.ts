import { randomBytes } from 'node:crypto';
import type { Randomness } from '../../core/clock.ts';

/**
 * Node's own `randomUUIDv7` is ordered only to the millisecond; here the 12 bits behind the time count within
 * it (RFC 9562, section 6.2, method 1), so that ids of one process sort in the order of their making.
 */
export class SystemRandomness implements Randomness {
  /** Milliseconds × 4096 + count, as 60 bits; never goes back, also when the clock does. */
  #last = 0n;

  id(): string {
    const present = BigInt(Date.now()) << 12n;
    this.#last = present > this.#last ? present : this.#last + 1n;
    const time = (this.#last >> 12n).toString(16).padStart(12, '0');
    const count = (this.#last & 0xfffn).toString(16).padStart(3, '0');
    const random = randomBytes(8);
    random[0] = ((random[0] ?? 0) & 0x3f) | 0x80;
    const tail = random.toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  }

  bytes(count: number): Buffer {
    return randomBytes(count);
  }
}
