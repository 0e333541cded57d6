// bzip2. Read here because the libraries on npm expand a block into an array of numbers, or want all input at once. Follows
// the format as the bzip2 program writes and reads it (no specification was ever published; the file format description
// by J. Tsai, 2016, has what is used here):
//
//   "BZh" level │ block … │ end-of-stream mark, CRC of all blocks │ bits up to the next whole byte
//   block: mark, CRC, origin │ bytes in use │ selectors │ code lengths of 2 to 6 tables │ symbols in groups of 50
import { CompressionError } from '../../core/checks/index.ts';
import type { CompressedInput, Sink } from './compressed-input.ts';

const blockMark = [0x314159, 0x265359] as const;
const endMark = [0x177245, 0x385090] as const;
/** More than the longest block can take: 900,000 symbols of 20 bits, and its tables. */
const longestBlockBytes = 2_400_000;
const longestCode = 20;
const groupSymbols = 50;
const usableSelectors = 18_002;
const outputBytes = 256 * 1024;

/** One stream. */
export async function expandBzip2(input: CompressedInput, sink: Sink): Promise<void> {
  const header = await input.exactly(4);
  const level = header.readUInt8(3) - 0x30;
  if (header.toString('latin1', 0, 3) !== 'BZh' || level < 1 || level > 9)
    throw new CompressionError('something else follows its end');
  const bits = new BitReader(input);
  const block = new BlockReader(bits, level * 100_000);
  const output = new Output(sink);
  for (let combined = 0; ; ) {
    await bits.fill(longestBlockBytes);
    const mark = [bits.read(24), bits.read(24)];
    const crc = bits.read(32);
    if (mark[0] === endMark[0] && mark[1] === endMark[1]) {
      if (crc !== combined) throw new CompressionError('the CRC of the whole is wrong');
      input.position = bits.endPosition();
      return;
    }
    if (mark[0] !== blockMark[0] || mark[1] !== blockMark[1])
      throw new CompressionError('a block has no mark');
    const actual = block.expand(output);
    if (actual !== crc) throw new CompressionError('the CRC of a block is wrong');
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
  }
}

/** Bits, the highest of a byte first. */
class BitReader {
  readonly #input: CompressedInput;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #held = 0;
  #heldBits = 0;

  constructor(input: CompressedInput) {
    this.#input = input;
  }

  /** Has `length` bytes ready, or all there are. */
  async fill(length: number): Promise<void> {
    if (this.#bytes.length - this.#at >= length || this.#input.isAtEnd) return;
    const more = await this.#input.next(length);
    const joined = new Uint8Array(this.#bytes.length - this.#at + more.length);
    joined.set(this.#bytes.subarray(this.#at));
    joined.set(more, this.#bytes.length - this.#at);
    this.#bytes = joined;
    this.#at = 0;
  }

  read(count: number): number {
    if (count > 24) return (this.read(count - 16) * 0x10000 + this.read(16)) >>> 0;
    while (this.#heldBits < count) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new CompressionError('it is cut off');
      this.#held = ((this.#held << 8) | byte) >>> 0;
      this.#heldBits += 8;
    }
    this.#heldBits -= count;
    return (this.#held >>> this.#heldBits) & ((1 << count) - 1);
  }

  /** Of the first byte that was not begun. */
  endPosition(): number {
    return this.#input.position - (this.#bytes.length - this.#at);
  }
}

interface Table {
  readonly shortest: number;
  readonly longest: number;
  /** Of each length: the largest code, what to take off a code, and the symbols in order of their codes. */
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
}

class BlockReader {
  readonly #bits: BitReader;
  readonly #block: Int32Array;
  readonly #counts = new Int32Array(256);

  constructor(bits: BitReader, blockBytes: number) {
    this.#bits = bits;
    this.#block = new Int32Array(blockBytes);
  }

  /** What follows a block's CRC; the CRC of what it holds. */
  expand(output: Output): number {
    const bits = this.#bits;
    if (bits.read(1) !== 0) throw new CompressionError('it is of an old kind that is not read');
    const origin = bits.read(24);
    const bytesInUse = this.#readBytesInUse();
    const tableCount = bits.read(3);
    const selectors = this.#readSelectors(tableCount);
    const symbolCount = bytesInUse.length + 2;
    const tables = Array.from({ length: tableCount }, () => tableOf(this.#readLengths(symbolCount)));
    const length = this.#readSymbols(tables, selectors, bytesInUse);
    if (origin >= length) throw broken();
    return this.#write(length, origin, output);
  }

  #readBytesInUse(): Uint8Array {
    const groups = this.#bits.read(16);
    const used: number[] = [];
    for (let group = 0; group < 16; group++) {
      if (((groups >> (15 - group)) & 1) === 0) continue;
      const bytes = this.#bits.read(16);
      for (let i = 0; i < 16; i++) if ((bytes >> (15 - i)) & 1) used.push(group * 16 + i);
    }
    if (used.length === 0) throw broken();
    return Uint8Array.from(used);
  }

  #readSelectors(tableCount: number): Uint8Array {
    const count = this.#bits.read(15);
    if (tableCount < 2 || tableCount > 6 || count === 0) throw broken();
    const recent = Array.from({ length: tableCount }, (_, i) => i);
    const selectors = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      let back = 0;
      while (this.#bits.read(1) === 1) if (++back >= tableCount) throw broken();
      const [table = 0] = recent.splice(back, 1);
      recent.unshift(table);
      selectors[i] = table;
    }
    return selectors.subarray(0, usableSelectors);
  }

  #readLengths(symbolCount: number): Uint8Array {
    const lengths = new Uint8Array(symbolCount);
    let length = this.#bits.read(5);
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      for (;;) {
        if (length < 1 || length > longestCode) throw broken();
        if (this.#bits.read(1) === 0) break;
        length += this.#bits.read(1) === 0 ? 1 : -1;
      }
      lengths[symbol] = length;
    }
    return lengths;
  }

  /** Undoes the codes, the run lengths of zeros and the moving to the front; how many bytes there are. */
  #readSymbols(tables: readonly Table[], selectors: Uint8Array, bytesInUse: Uint8Array): number {
    const [block, counts] = [this.#block, this.#counts.fill(0)];
    const recent = bytesInUse.slice();
    const endSymbol = bytesInUse.length + 1;
    let length = 0;
    let run = 0;
    let runDigit = 1;
    for (let group = 0; ; group++) {
      const table = tables[selectors[group] ?? tables.length];
      if (table === undefined) throw broken();
      for (let i = 0; i < groupSymbols; i++) {
        const symbol = this.#readSymbol(table);
        if (symbol <= 1) {
          run += runDigit << symbol;
          runDigit <<= 1;
          if (run > block.length) throw broken();
          continue;
        }
        if (run > 0) {
          const byte = recent[0] ?? 0;
          if (length + run > block.length) throw broken();
          block.fill(byte, length, length + run);
          counts[byte] = (counts[byte] ?? 0) + run;
          length += run;
          run = 0;
          runDigit = 1;
        }
        if (symbol === endSymbol) return length;
        if (length >= block.length) throw broken();
        const byte = recent[symbol - 1] ?? 0;
        recent.copyWithin(1, 0, symbol - 1);
        recent[0] = byte;
        block[length++] = byte;
        counts[byte] = (counts[byte] ?? 0) + 1;
      }
    }
  }

  #readSymbol(table: Table): number {
    let length = table.shortest;
    let code = this.#bits.read(length);
    while (code > (table.limits[length] ?? -1)) {
      if (++length > table.longest) throw broken();
      code = (code << 1) | this.#bits.read(1);
    }
    const symbol = table.symbols[code - (table.bases[length] ?? 0)];
    if (symbol === undefined) throw broken();
    return symbol;
  }

  /** Undoes the sorting, which leaves for each byte, above its lowest 8 bits, which one follows it. */
  #write(length: number, origin: number, output: Output): number {
    const [block, starts] = [this.#block, this.#counts];
    for (let byte = 0, sum = 0; byte < 256; byte++) {
      const count = starts[byte] ?? 0;
      starts[byte] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i++) {
      const byte = (block[i] ?? 0) & 0xff;
      const place = starts[byte] ?? 0;
      starts[byte] = place + 1;
      block[place] = (block[place] ?? 0) | (i << 8);
    }
    output.begin();
    let next = (block[origin] ?? 0) >>> 8;
    let previous = -1;
    let same = 0;
    for (let i = 0; i < length; i++) {
      const entry = block[next] ?? 0;
      const byte = entry & 0xff;
      next = entry >>> 8;
      // Four of the same are followed by how many more there are.
      if (same === 4) {
        output.write(previous, byte);
        same = 0;
        previous = -1;
        continue;
      }
      same = byte === previous ? same + 1 : 1;
      previous = byte;
      output.write(byte, 1);
    }
    return output.finish();
  }
}

function tableOf(lengths: Uint8Array): Table {
  const shortest = lengths.reduce((a, b) => Math.min(a, b), longestCode);
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const limits = new Int32Array(longestCode + 1).fill(-1);
  const bases = new Int32Array(longestCode + 1);
  const symbols: number[] = [];
  for (let length = shortest, code = 0; length <= longest; length++, code <<= 1) {
    bases[length] = code - symbols.length;
    for (const [symbol, its] of lengths.entries()) {
      if (its !== length) continue;
      symbols.push(symbol);
      code++;
    }
    limits[length] = code - 1;
  }
  return { shortest, longest, limits, bases, symbols: Uint16Array.from(symbols) };
}

/** Bytes on their way out, in large pieces, and their CRC (the polynomial of zlib's, the highest bit first). */
class Output {
  readonly #sink: Sink;
  readonly #bytes = new Uint8Array(outputBytes);
  #filled = 0;
  #crc = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  begin(): void {
    this.#crc = 0xffffffff;
  }

  write(byte: number, times: number): void {
    for (let i = 0; i < times; i++) {
      this.#crc = (this.#crc << 8) ^ (crcTable[(this.#crc >>> 24) ^ byte] ?? 0);
      if (this.#filled === outputBytes) this.#flush();
      this.#bytes[this.#filled++] = byte;
    }
  }

  finish(): number {
    this.#flush();
    return ~this.#crc >>> 0;
  }

  #flush(): void {
    this.#sink(this.#bytes.subarray(0, this.#filled));
    this.#filled = 0;
  }
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

function broken(): CompressionError {
  return new CompressionError('a block is broken');
}
