import { randomBytes, randomFillSync } from 'node:crypto';
import type { Randomness } from '../../core/clock.ts';

/** One call for the randomness of many ids: each costs as much as the rest of an id ten times over. */
const pooledBytes = 8 * 1024;

/**
 * Node's own `randomUUIDv7` is ordered only to the millisecond; here the 12 bits behind the time count within
 * it (RFC 9562, section 6.2, method 1), so that ids of one process sort in the order of their making.
 */
export class SystemRandomness implements Randomness {
  /** Never goes back, also when the clock does. */
  #lastMs = 0;
  /** The same as the beginning of an id. */
  #lastText = '';
  #count = 0;
  readonly #pool = Buffer.alloc(pooledBytes);
  #used = pooledBytes;

  id(): string {
    this.#tick();
    const count = this.#count.toString(16).padStart(3, '0');
    const random = this.#eightBytes();
    return `${this.#lastText}${count}-${random.slice(0, 4)}-${random.slice(4)}`;
  }

  bytes(count: number): Buffer {
    return randomBytes(count);
  }

  #tick(): void {
    const now = Date.now();
    if (now > this.#lastMs) this.#begin(now);
    else if (this.#count < 0xfff) this.#count++;
    else this.#begin(this.#lastMs + 1);
  }

  #begin(ms: number): void {
    const time = ms.toString(16).padStart(12, '0');
    this.#lastMs = ms;
    this.#lastText = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    this.#count = 0;
  }

  /** In hex, the first two bits saying which kind of UUID it is. Bytes are used once. */
  #eightBytes(): string {
    if (this.#used === pooledBytes) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += 8;
    this.#pool[start] = ((this.#pool[start] ?? 0) & 0x3f) | 0x80;
    return this.#pool.toString('hex', start, this.#used);
  }
}
