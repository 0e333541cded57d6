// Records compared, whatever engine they come from and in whatever order it gives them.
import { createHash } from 'node:crypto';

/** The value as a text that is the same for the same value: names in order, dates in ISO form, absent fields left out. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    isPlainObject(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The digest of a set, which does not depend on the order: the sum of its members' SHA-256, modulo 2^256.
 */
export class SetDigest {
  #sum = 0n;
  #count = 0;

  add(member: string): void {
    this.#sum += BigInt(`0x${createHash('sha256').update(member).digest('hex')}`);
    this.#count += 1;
  }

  get count(): number {
    return this.#count;
  }

  /** 64 hex digits. */
  get text(): string {
    return BigInt.asUintN(256, this.#sum).toString(16).padStart(64, '0');
  }
}
