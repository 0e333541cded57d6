// A file in windows, for whoever must see more than one piece of it at a time: each begins a little before the end of
// the one before it, so that nothing shorter than the overlap is ever cut in two.
//
//   file    ├──────────────────────────────────────────────┤
//   windows ├────────────────┤        (the first: not last)
//                         ├──┴─────────────┤
//                         overlap       ├──┴───────────────┤  (last)

export interface WindowSizes {
  readonly windowBytes: number;
  /** Much less than a window. */
  readonly overlapBytes: number;
  /** Shorter text does not matter to who looks. */
  readonly textBytes?: number;
}

/** `bytes` are good until it returns; `start`: where in the file they begin. Every file has one last window. */
export type Look = (bytes: Buffer, start: number, isLast: boolean, mayHoldText: boolean) => void;

/** Gives out windows over files; buffers are used again for one file after the other. */
export class OverlappingWindows {
  readonly sizes: WindowSizes;
  readonly #spare: Buffer[] = [];

  constructor(sizes: WindowSizes) {
    this.sizes = sizes;
  }

  /** `sizeBytes`: as stated; a file that turns out longer or shorter is seen wholly as well. */
  over(sizeBytes: number, look: Look): FileWindows {
    const take = () => {
      const length = Math.min(this.sizes.windowBytes, Math.max(sizeBytes, 4 * this.sizes.overlapBytes));
      const spare = this.#spare.at(-1);
      return spare !== undefined && spare.length >= length
        ? (this.#spare.pop() ?? spare)
        : Buffer.allocUnsafeSlow(length);
    };
    const giveBack = (buffer: Buffer) => {
      if (this.#spare.length === 0) this.#spare.push(buffer);
      else if (buffer.length > (this.#spare[0]?.length ?? 0)) this.#spare[0] = buffer;
    };
    return new FileWindows(this.sizes, sizeBytes, { take, giveBack }, look);
  }
}

interface Buffers {
  readonly take: () => Buffer;
  readonly giveBack: (buffer: Buffer) => void;
}

export class FileWindows {
  readonly #sizes: WindowSizes;
  readonly #statedBytes: number;
  readonly #buffers: Buffers;
  readonly #look: Look;
  #buffer: Buffer | null = null;
  /** Of the buffer, how much holds bytes of the file. */
  #filled = 0;
  /** Where in the file the buffer begins. */
  #start = 0;
  /** Behind the last piece that may hold text that matters. */
  #textEnd = 0;
  #isOver = false;

  constructor(sizes: WindowSizes, statedBytes: number, buffers: Buffers, look: Look) {
    this.#sizes = sizes;
    this.#statedBytes = statedBytes;
    this.#buffers = buffers;
    this.#look = look;
  }

  /** As of an inspector. */
  push(bytes: Uint8Array, textBytes = Number.POSITIVE_INFINITY): void {
    const mayHoldText = textBytes >= (this.#sizes.textBytes ?? 0);
    const isWhole = this.#start === 0 && this.#filled === 0 && bytes.length === this.#statedBytes;
    if (isWhole && !this.#isOver && bytes.length <= this.#sizes.windowBytes) {
      // A small file that comes in one piece needs no copy.
      this.#isOver = true;
      this.#look(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 0, true, mayHoldText);
      this.#start = bytes.length;
      return;
    }
    // What follows the stated end, where all was taken for the last window.
    this.#isOver = false;
    if (mayHoldText) this.#textEnd = this.#start + this.#filled + bytes.length;
    this.#buffer ??= this.#buffers.take();
    for (let taken = 0; taken < bytes.length; ) {
      if (this.#filled === this.#buffer.length) this.#slide(this.#buffer);
      const part = bytes.subarray(taken, taken + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
    }
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const buffer = this.#buffer ?? Buffer.alloc(0);
    this.#look(buffer.subarray(0, this.#filled), this.#start, true, this.#textEnd > this.#start);
    if (this.#buffer !== null) this.#buffers.giveBack(this.#buffer);
    this.#buffer = null;
  }

  #slide(buffer: Buffer): void {
    this.#look(buffer.subarray(0, this.#filled), this.#start, false, this.#textEnd > this.#start);
    const kept = Math.min(this.#sizes.overlapBytes, this.#filled);
    buffer.copyWithin(0, this.#filled - kept, this.#filled);
    this.#start += this.#filled - kept;
    this.#filled = kept;
  }
}
