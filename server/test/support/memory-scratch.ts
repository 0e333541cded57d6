import { type ScratchFile, ScratchFullError, type ScratchSpace } from '../../src/core/checks/index.ts';
import { sourceOf } from './check-bytes.ts';

/** Scratch space in memory, which tells what was not released. */
export class MemoryScratch implements ScratchSpace {
  readonly #maximumBytes: number;
  #usedBytes = 0;
  open = 0;

  constructor(maximumBytes = Number.POSITIVE_INFINITY) {
    this.#maximumBytes = maximumBytes;
  }

  create(): ScratchFile {
    this.open += 1;
    const pieces: Buffer[] = [];
    let sizeBytes = 0;
    return {
      append: (bytes) => {
        if (this.#usedBytes + bytes.length > this.#maximumBytes)
          throw new ScratchFullError('It takes too much');
        this.#usedBytes += bytes.length;
        sizeBytes += bytes.length;
        pieces.push(Buffer.from(bytes));
      },
      source: () => sourceOf(Buffer.concat(pieces)),
      release: () => {
        this.#usedBytes -= sizeBytes;
        this.open -= 1;
      },
    };
  }
}
