import type { ArchiveLimits } from '../limits.ts';

/** Where the counters of a budget stand: in memory that the threads of one examination share. */
export const budgetCounters = 2;

/** What may be expanded inside one package, over all files and depths together. */
export class Budget {
  readonly #spent: BigInt64Array;
  readonly #maximumBytes: bigint;
  readonly #maximumEntries: bigint;
  readonly #apart: () => Budget;
  #takenBytes = 0;
  #takenEntries = 0;

  constructor(spent: BigInt64Array, packageBytes: number, limits: ArchiveLimits) {
    const { maximumExpandedBytes, maximumRatio, ratioFreeBytes, maximumEntries } = limits;
    const byRatio = Math.max(ratioFreeBytes, packageBytes * maximumRatio);
    this.#spent = spent;
    this.#maximumBytes = BigInt(Math.min(maximumExpandedBytes, byRatio));
    this.#maximumEntries = BigInt(maximumEntries);
    this.#apart = () => new Budget(spent, packageBytes, limits);
  }

  /** The same budget, for one who wants to know what it takes itself. */
  apart(): Budget {
    return this.#apart();
  }

  get taken(): { readonly bytes: number; readonly entries: number } {
    return { bytes: this.#takenBytes, entries: this.#takenEntries };
  }

  /** Why no more may be expanded; null while it may. */
  takeBytes(bytes: number): string | null {
    this.#takenBytes += bytes;
    const spent = Atomics.add(this.#spent, 0, BigInt(bytes)) + BigInt(bytes);
    if (spent <= this.#maximumBytes) return null;
    return `What lies inside the files of the package expands to more than ${this.#maximumBytes} bytes.`;
  }

  takeEntries(entries: number): string | null {
    this.#takenEntries += entries;
    const spent = Atomics.add(this.#spent, 1, BigInt(entries)) + BigInt(entries);
    if (spent <= this.#maximumEntries) return null;
    return `More than ${this.#maximumEntries} entries lie inside the files of the package.`;
  }
}
