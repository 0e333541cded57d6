// LZMA in its own file format (`.lzma`, as it was before xz), which Python opens wherever it opens xz. Read here because the
// libraries on npm want all input at once, or are native. Follows the LZMA specification (draft of 2015, Igor Pavlov) and
// `lzma-file-format.txt` of XZ Utils:
//
//   properties (1) │ dictionary (4) │ size, or -1: there is a mark at the end (8) │ range coded symbols
//   symbol: a literal, or a match: its length and how far back it begins, new or one of the last four
import { CompressionError } from '../../core/checks/index.ts';
import type { CompressedInput, Sink } from './compressed-input.ts';

const headerBytes = 13;
/** As far back as a match may begin: the memory that it takes. The largest preset of the programs. */
const longestDistance = 64 * 1024 * 1024;
const shortestDictionary = 4096;
/** More than any symbol takes of the input. */
const symbolBytes = 64;
const pieceBytes = 256 * 1024;

/** One file. */
export async function expandLzma(input: CompressedInput, sink: Sink): Promise<void> {
  const header = await input.exactly(headerBytes);
  const properties = header.readUInt8(0);
  const [lc, lp, pb] = [properties % 9, Math.floor(properties / 9) % 5, Math.floor(properties / 45)];
  if (pb > 4 || lc + lp > 4) throw new CompressionError('it is of a kind that is not known');
  const dictionary = Math.max(shortestDictionary, header.readUInt32LE(1));
  const stated = header.readBigUInt64LE(5);
  const size = stated === 0xffff_ffff_ffff_ffffn ? null : Number(stated);
  const window = new Window(Math.min(dictionary, longestDistance), sink);
  const decoder = new Decoder({ lc, lp, pb }, window, size);
  let isBegun = false;
  do {
    await decoder.fill(input);
    if (!isBegun) decoder.begin();
    isBegun = true;
    try {
      decoder.decode(input.isAtEnd);
    } finally {
      window.flush();
    }
  } while (!decoder.isOver);
  input.position -= decoder.bytesLeft;
}

/** What was expanded last, as far back as matches may begin; handed out as it fills. */
class Window {
  readonly #limit: number;
  readonly #sink: Sink;
  #bytes: Uint8Array;
  #at = 0;
  #handedOut = 0;
  written = 0;

  constructor(limit: number, sink: Sink) {
    this.#limit = limit;
    this.#sink = sink;
    this.#bytes = new Uint8Array(Math.min(limit, pieceBytes));
  }

  put(byte: number): void {
    if (this.#at === this.#bytes.length) this.#makeRoom();
    this.#bytes[this.#at++] = byte;
    this.written++;
  }

  /** The byte so far back; 1 is the last one. Only where `reaches`. */
  back(distance: number): number {
    const at = this.#at - distance;
    return this.#bytes[at < 0 ? at + this.#bytes.length : at] ?? 0;
  }

  reaches(distance: number): boolean {
    return distance <= this.written && distance <= this.#limit;
  }

  /** Bytes that have not been handed out. */
  get waiting(): number {
    return this.#at - this.#handedOut;
  }

  flush(): void {
    if (this.#handedOut < this.#at) this.#sink(this.#bytes.subarray(this.#handedOut, this.#at));
    this.#handedOut = this.#at;
  }

  /** Larger as long as it may grow, then from its beginning. */
  #makeRoom(): void {
    this.flush();
    if (this.#bytes.length === this.#limit) {
      this.#at = 0;
      this.#handedOut = 0;
      return;
    }
    const larger = new Uint8Array(Math.min(this.#limit, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

const half = 1024;
const moveBits = 5;
const modelBits = 11;
const states = 12;
const longestMatch = 273;
const shortestMatch = 2;
/** Distances from here on have bits that no probability is kept for. */
const firstDirectSlot = 14;
const endMark = 0xffff_ffff;

/** Where the probabilities of each kind of bit stand in one array. */
const places = (() => {
  let next = 0;
  const take = (count: number) => {
    next += count;
    return next - count;
  };
  // The choices of a length, then three trees: 8 lengths and 8 more, each by position, and 256.
  const lengths = () => take(2 + 16 * 8 + 16 * 8 + 256);
  return {
    isMatch: take(states << 4),
    isRepeated: take(states),
    isNotLast: take(states),
    isNotSecond: take(states),
    isNotThird: take(states),
    isLong: take(states << 4),
    slots: take(4 << 6),
    distances: take(1 + 128 - firstDirectSlot),
    lowBits: take(16),
    lengths: lengths(),
    repeatedLengths: lengths(),
    literals: next,
  };
})();

interface Properties {
  /** High bits of the byte before, and low bits of the position, that a literal's probabilities depend on. */
  readonly lc: number;
  readonly lp: number;
  /** The same for other symbols. */
  readonly pb: number;
}

class Decoder {
  readonly #properties: Properties;
  readonly #window: Window;
  readonly #size: number | null;
  readonly #probabilities: Uint16Array;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Both have 32 bits without a sign, held with one: such numbers are no objects. */
  #range = -1;
  #code = 0;
  #state = 0;
  /** How far back the last four matches began, less 1. */
  #last = [0, 0, 0, 0] as [number, number, number, number];
  isOver = false;

  constructor(properties: Properties, window: Window, size: number | null) {
    const { lc, lp } = properties;
    this.#properties = properties;
    this.#window = window;
    this.#size = size;
    this.#probabilities = new Uint16Array(places.literals + (0x300 << (lc + lp))).fill(half);
  }

  /** Takes in more input behind what is left of it. */
  async fill(input: CompressedInput): Promise<void> {
    const left = this.#bytes.slice(this.#at);
    const more = await input.next();
    this.#bytes = new Uint8Array(left.length + more.length);
    this.#bytes.set(left);
    this.#bytes.set(more, left.length);
    this.#at = 0;
  }

  get bytesLeft(): number {
    return this.#bytes.length - this.#at;
  }

  begin(): void {
    if (this.#next() !== 0) throw broken();
    for (let i = 0; i < 4; i++) this.#code = (this.#code << 8) | this.#next();
  }

  /** As many symbols as are surely there; all of them where no more input comes. */
  decode(isAtEnd: boolean): void {
    while (!this.isOver && (isAtEnd || this.bytesLeft >= symbolBytes)) {
      if (this.#window.written === this.#size) this.#end();
      else this.#symbol();
      if (this.#window.waiting >= pieceBytes) this.#window.flush();
    }
  }

  /** The stated size is reached: nothing follows but the mark of the end. */
  #end(): void {
    if (this.#code !== 0) this.#symbol();
    if (this.#code !== 0) throw broken();
    this.isOver = true;
  }

  #symbol(): void {
    const position = this.#window.written & ((1 << this.#properties.pb) - 1);
    const state = this.#state;
    if (this.#bit(places.isMatch + (state << 4) + position) === 0) this.#literal();
    else if (this.#bit(places.isRepeated + state) === 0) this.#match(position);
    else this.#repetition(position);
  }

  #match(position: number): void {
    const length = this.#length(places.lengths, position);
    const distance = this.#distance(length);
    if (distance === endMark) {
      if (this.#size !== null && this.#window.written !== this.#size) throw broken();
      if (this.#code !== 0) throw broken();
      this.isOver = true;
      return;
    }
    this.#last = [distance, this.#last[0], this.#last[1], this.#last[2]];
    this.#state = this.#state < 7 ? 7 : 10;
    this.#copy(length + shortestMatch);
  }

  /** From as far back as one of the last matches. */
  #repetition(position: number): void {
    const state = this.#state;
    if (this.#bit(places.isNotLast + state) === 0) {
      if (this.#bit(places.isLong + (state << 4) + position) === 0) {
        this.#state = state < 7 ? 9 : 11;
        this.#copy(1);
        return;
      }
    } else this.#last = this.#repeated(state);
    const length = this.#length(places.repeatedLengths, position);
    this.#state = state < 7 ? 8 : 11;
    this.#copy(length + shortestMatch);
  }

  /** The second, third or fourth of the last distances comes to the front. */
  #repeated(state: number): [number, number, number, number] {
    const [first, second, third, fourth] = this.#last;
    if (this.#bit(places.isNotSecond + state) === 0) return [second, first, third, fourth];
    if (this.#bit(places.isNotThird + state) === 0) return [third, first, second, fourth];
    return [fourth, first, second, third];
  }

  #literal(): void {
    const { lc, lp } = this.#properties;
    const window = this.#window;
    if (window.written === this.#size) throw broken();
    const before = window.written === 0 ? 0 : window.back(1);
    const context = ((window.written & ((1 << lp) - 1)) << lc) + (before >>> (8 - lc));
    const tree = places.literals + 0x300 * context;
    let symbol = 1;
    if (this.#state >= 7) {
      // Behind a match it is another byte than the one that would have gone on with it.
      let expected = window.back(this.#last[0] + 1);
      while (symbol < 0x100) {
        const bit = (expected >>> 7) & 1;
        expected <<= 1;
        const actual = this.#bit(tree + ((1 + bit) << 8) + symbol);
        symbol = (symbol << 1) | actual;
        if (actual !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(tree + symbol);
    window.put(symbol & 0xff);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #copy(length: number): void {
    const window = this.#window;
    const distance = this.#last[0] + 1;
    if (!window.reaches(distance)) throw broken();
    const left = this.#size === null ? longestMatch : this.#size - window.written;
    for (let i = 0; i < Math.min(length, left); i++) window.put(window.back(distance));
    if (length > left) throw broken();
  }

  /** Less `shortestMatch`. */
  #length(place: number, position: number): number {
    const trees = place + 2;
    if (this.#bit(place) === 0) return this.#tree(trees + position * 8, 3);
    if (this.#bit(place + 1) === 0) return 8 + this.#tree(trees + 128 + position * 8, 3);
    return 16 + this.#tree(trees + 256, 8);
  }

  /** Less 1. */
  #distance(length: number): number {
    const slot = this.#tree(places.slots + (Math.min(length, 3) << 6), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < firstDirectSlot) return base + this.#reversed(places.distances + base - slot, bits);
    return base + this.#direct(bits - 4) * 16 + this.#reversed(places.lowBits, 4);
  }

  #tree(place: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.#bit(place + symbol);
    return symbol - (1 << bits);
  }

  /** The lowest bit first. */
  #reversed(place: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(place + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  /** Bits that are 0 and 1 equally often. */
  #direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.#range >>>= 1;
      const bit = isBelow(this.#code, this.#range) ? 0 : 1;
      if (bit === 1) this.#code = (this.#code - this.#range) | 0;
      this.#normalize();
      value = value * 2 + bit;
    }
    return value;
  }

  #bit(place: number): number {
    const probability = this.#probabilities[place] ?? 0;
    const bound = Math.imul(this.#range >>> modelBits, probability);
    const bit = isBelow(this.#code, bound) ? 0 : 1;
    if (bit === 0) {
      this.#range = bound;
      this.#probabilities[place] = probability + ((2 * half - probability) >>> moveBits);
    } else {
      this.#range = (this.#range - bound) | 0;
      this.#code = (this.#code - bound) | 0;
      this.#probabilities[place] = probability - (probability >>> moveBits);
    }
    this.#normalize();
    return bit;
  }

  #normalize(): void {
    if ((this.#range & 0xff00_0000) !== 0) return;
    this.#range <<= 8;
    this.#code = (this.#code << 8) | this.#next();
  }

  #next(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new CompressionError('it is cut off');
    return byte;
  }
}

/** Without their signs. */
function isBelow(one: number, other: number): boolean {
  return (one ^ 0x8000_0000) < (other ^ 0x8000_0000);
}

function broken(): CompressionError {
  return new CompressionError('its data is broken');
}
