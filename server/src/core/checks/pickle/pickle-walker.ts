// Walks through one pickle without running it and tells every class and function that a loader would look up, and
// every call whose target is hidden. Bytes may come in pieces of any size.
import { Buffer } from 'node:buffer';
import { type Argument, opcodes } from './opcodes.ts';
import { type Given, type PickleJudge, SymbolicLoader } from './symbolic-loader.ts';
import { BrokenPickle } from './symbolic-stack.ts';

/** A text over this, in bytes, is nobody's name, and is not kept. */
const longestName = 512;
/** A line of names may be so long, in bytes; a loader takes any, and nothing honest comes near. */
const longestLine = 64 * 1024;

const counted: Partial<Record<Argument, number>> = { 'counted-1': 1, 'counted-4': 4, 'counted-8': 8 };
const countSizes = opcodes.map((opcode) => (opcode ? (counted[opcode.argument] ?? 0) : 0));
const isText = opcodes.map((opcode) => /STRING|UNICODE/.test(opcode?.name ?? ''));
const isMemo = opcodes.map((opcode) => opcode?.name === 'GET' || opcode?.name === 'PUT');
const binstring = opcodes.findIndex((opcode) => opcode?.name === 'BINSTRING');

const newline = 0x0a;

export class PickleWalker {
  readonly #loader: SymbolicLoader;
  /** The beginning of an opcode whose end has not come yet. */
  #carry = new Uint8Array(0);
  /** What is left of an argument that nobody needs to see: so many bytes, or up to a newline. */
  #skip = 0;
  #skipLine = false;
  /** Offset of the first byte of the buffer at work. */
  #base = 0;
  #problem: string | null = null;

  constructor(judge: PickleJudge) {
    this.#loader = new SymbolicLoader(judge);
  }

  /** It ended, or a loader would raise: the bytes that come now are not of it. */
  get isOver(): boolean {
    return this.#loader.stopped || this.#problem !== null;
  }

  /** A loader would have called something by now. */
  get hasCalled(): boolean {
    return this.#loader.hasCalled;
  }

  /** Takes the next bytes. Returns how many of them belong to this pickle: all, unless it is over within them. */
  push(chunk: Uint8Array): number {
    if (this.isOver) return 0;
    const carried = this.#carry.length;
    const bytes = asBuffer(carried === 0 ? chunk : Buffer.concat([this.#carry, chunk]));
    const used = this.#walk(bytes);
    this.#base += used;
    this.#carry = this.isOver ? new Uint8Array(0) : bytes.slice(used);
    return this.isOver ? Math.max(0, used - carried) : chunk.length;
  }

  /** Why a loader would raise if no more bytes came; null when the pickle has ended as it should. */
  problem(): string | null {
    if (this.#loader.stopped) return null;
    return this.#problem ?? 'it ends before its STOP';
  }

  /** Returns how far it came: where the next opcode begins. */
  #walk(bytes: Buffer): number {
    let at = 0;
    try {
      while (at < bytes.length && !this.#loader.stopped) {
        const next = this.#skip > 0 || this.#skipLine ? this.#skipped(bytes, at) : this.#step(bytes, at);
        if (next === null) break;
        at = next;
      }
    } catch (error) {
      if (!(error instanceof BrokenPickle)) throw error;
      this.#problem = `${error.message}, at byte ${this.#base + at}`;
    }
    return at;
  }

  #skipped(bytes: Buffer, at: number): number {
    if (this.#skipLine) {
      const end = bytes.indexOf(newline, at);
      if (end < 0) return bytes.length;
      this.#skipLine = false;
      return end + 1;
    }
    const taken = Math.min(this.#skip, bytes.length - at);
    this.#skip -= taken;
    return at + taken;
  }

  /** Runs the opcode at `at`. Returns where the next one begins, or null when its bytes have not all come. */
  #step(bytes: Buffer, at: number): number | null {
    const code = bytes[at] ?? 0;
    const argument = opcodes[code]?.argument;
    if (argument === undefined) throw new BrokenPickle(`0x${code.toString(16)} is no opcode`);
    if (typeof argument === 'number') {
      const end = at + 1 + argument;
      if (end > bytes.length) return null;
      return this.#run(
        code,
        argument === 0 || argument > 4 ? null : littleEndian(bytes, at + 1, argument),
        at,
        end,
      );
    }
    if (argument === 'line') return this.#line(bytes, at, code);
    if (argument === 'lines') return this.#lines(bytes, at, code);
    return this.#counted(bytes, at, code);
  }

  #line(bytes: Buffer, at: number, code: number): number | null {
    const end = bytes.indexOf(newline, at + 1);
    if (end >= 0) {
      const text = end - at > longestName ? null : textOf(bytes, at + 1, end);
      return this.#run(code, text, at, end + 1);
    }
    if (bytes.length - at <= longestLine) return null;
    if (isMemo[code]) throw new BrokenPickle('the number of a memo entry is too long');
    this.#skipLine = true;
    return this.#run(code, null, at, bytes.length);
  }

  #lines(bytes: Buffer, at: number, code: number): number | null {
    const first = bytes.indexOf(newline, at + 1);
    const second = first < 0 ? -1 : bytes.indexOf(newline, first + 1);
    if (second >= 0) {
      const names = [textOf(bytes, at + 1, first), textOf(bytes, first + 1, second)] as const;
      return this.#run(code, names, at, second + 1);
    }
    if (bytes.length - at > longestLine) throw new BrokenPickle('the name of a global is too long');
    return null;
  }

  #counted(bytes: Buffer, at: number, code: number): number | null {
    const begin = at + 1 + (countSizes[code] ?? 0);
    if (begin > bytes.length) return null;
    const length = littleEndian(bytes, at + 1, begin - at - 1);
    if (code === binstring && length > 0x7fff_ffff) throw new BrokenPickle('a text has a negative length');
    const there = Math.min(length, bytes.length - begin);
    if (isText[code] && length <= longestName) {
      if (there < length) return null;
      return this.#run(code, nameAt(bytes, begin, begin + length), at, begin + length);
    }
    this.#skip = length - there;
    return this.#run(code, null, at, begin + there);
  }

  #run(code: number, given: Given, at: number, next: number): number {
    this.#loader.run(code, given, this.#base + at);
    return next;
  }
}

/** Little-endian; beyond 2^53 it is not exact, which no argument that exists comes near. */
function littleEndian(bytes: Buffer, at: number, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end);
}

/** The text, when it may name a module or what is in one; null otherwise, as for nearly all texts of real data. */
function nameAt(bytes: Buffer, start: number, end: number): string | null {
  for (let i = start; i < end; i++) if (!inNames[bytes[i] ?? 0]) return null;
  return bytes.toString('latin1', start, end);
}

const inNames = Array.from({ length: 128 }, (_, code) => /[\w.]/.test(String.fromCharCode(code)));

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
