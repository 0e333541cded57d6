// Walks through one pickle without running it and tells every class and function that a loader would look up, and
// every call whose target is hidden. Bytes may come in pieces of any size.
//
// Python has two loaders, one in C and one in Python, and they disagree about frames: when one ends inside an opcode,
// the first drops what is left of it, and the second raises. An honest pickler never does that, and its frames end
// with its STOP.
//
// A stream with arrays of joblib means two things, and both are walked through: joblib's loader takes the elements as
// they are, pickle's runs them as opcodes.
import { Buffer } from 'node:buffer';
import type { Raw } from './joblib-array.ts';
import { type Argument, opcodes } from './opcodes.ts';
import { type Given, type PickleFinding, type PickleJudge, SymbolicLoader } from './symbolic-loader.ts';
import { BrokenPickle, SymbolicStack, UnfollowedPickle } from './symbolic-stack.ts';

/** A text over this, in bytes, is nobody's name, and is not kept. */
const longestName = 512;
/** A line longer than this, in bytes, is passed over; a loader takes any, and nothing honest comes near. */
const longestLine = 8 * 1024;
/** Readings by pickle's loader that go on at once, and what copying stacks for them may cost in all. */
const mostReadings = 256;
const mostCopied = 50_000_000;

const counted: Partial<Record<Argument, number>> = { 'counted-1': 1, 'counted-4': 4, 'counted-8': 8 };
const countSizes = opcodes.map((opcode) => (opcode ? (counted[opcode.argument] ?? 0) : 0));
const isText = opcodes.map((opcode) => /STRING|UNICODE/.test(opcode?.name ?? ''));
const codeOf = (name: string) => opcodes.findIndex((opcode) => opcode?.name === name);
const [binstring, long1, frame] = [codeOf('BINSTRING'), codeOf('LONG1'), codeOf('FRAME')];

const newline = 0x0a;

/** An opcode whose lines are too long to be kept: it is run when they are over. */
interface LongLines {
  readonly code: number;
  readonly offset: number;
  left: number;
}

export interface WalkOptions {
  /** What a loader that loaded other pickles before has in its memo. */
  readonly stack?: SymbolicStack;
  /** False: it is read as pickle's own loader does, arrays of joblib left aside. */
  readonly readsJoblib?: boolean;
}

export class PickleWalker {
  readonly #judge: PickleJudge;
  readonly #loader: SymbolicLoader;
  /** The beginning of an opcode whose end has not come yet. */
  #carry = new Uint8Array(0);
  /** What is left of an argument that nobody needs to see. */
  #skip = 0;
  #longLines: LongLines | null = null;
  /** The next byte says how many follow it before an array's elements, which are so many bytes. */
  #padded: number | null = null;
  /** A pickle inside this one. */
  #inner: PickleWalker | null = null;
  #readings: Reading[] = [];
  #copied = 0;
  /** Offset of the first byte of the buffer at work. */
  #base = 0;
  /** Offset at which the frame ends that a loader has read ahead; 0 when there is none. */
  #frameEnd = 0;
  #problem: string | null = null;
  #isUnfollowed = false;

  constructor(judge: PickleJudge, { stack = new SymbolicStack(), readsJoblib = true }: WalkOptions = {}) {
    this.#judge = judge;
    this.#loader = new SymbolicLoader(judge, stack, readsJoblib);
  }

  /** How many of the bytes that come next are part of an argument that tells nothing. */
  get skips(): number {
    return this.#skip;
  }

  /** It ended, or a loader would raise: the bytes that come now are not of it. */
  get isOver(): boolean {
    return this.#loader.stopped || this.#problem !== null;
  }

  /** A loader would have called something by now, having looked up something: no chance made that. */
  get hasCalled(): boolean {
    return this.#loader.hasCalled && this.#loader.hasNamed;
  }

  /** It was given up where a loader might have gone on. */
  get isUnfollowed(): boolean {
    return this.#isUnfollowed;
  }

  /** What a loader that goes on behind this pickle may still have in its memo. */
  get stack(): SymbolicStack {
    return this.#loader.stack;
  }

  /** Takes the next bytes. Returns how many of them belong to this pickle: all, unless it is over within them. */
  push(chunk: Uint8Array): number {
    if (this.isOver) return 0;
    this.#readings = this.#readings.filter((reading) => reading.push(chunk));
    const carried = this.#carry.length;
    const bytes = asBuffer(carried === 0 ? chunk : Buffer.concat([this.#carry, chunk]));
    const used = this.#walk(bytes);
    this.#base += used;
    // A copy, which the slice of a buffer would not be: the chunk is good only until the call returns.
    this.#carry = this.isOver ? new Uint8Array(0) : Uint8Array.from(bytes.subarray(used));
    return this.isOver ? Math.max(0, used - carried) : chunk.length;
  }

  /** No more bytes come. Python's own loader takes a line without an end for one, less its last byte. */
  end(): void {
    this.#readings = [];
    const [code = 0] = this.#carry;
    if (this.isOver || opcodes[code]?.argument !== 'lines') return;
    const [module = '', name = '', ...more] = textOf(asBuffer(this.#carry), 1, this.#carry.length).split(
      '\n',
    );
    const names = more.length > 0 || name !== '' ? ([module, name.slice(0, -1)] as const) : null;
    try {
      this.#loader.run(code, names ?? [module.slice(0, -1), ''], this.#base);
    } catch (error) {
      this.#breakOff(error, 0);
    }
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
        const next = this.#isBetween() ? this.#between(bytes, at) : this.#step(bytes, at);
        if (next === null) break;
        at = next;
      }
    } catch (error) {
      this.#breakOff(error, at);
    }
    return at;
  }

  #breakOff(error: unknown, at: number): void {
    if (!(error instanceof BrokenPickle)) throw error;
    this.#isUnfollowed = error instanceof UnfollowedPickle;
    this.#problem = `${error.message}, at byte ${this.#base + at}`;
  }

  /** The next byte is none of an opcode. */
  #isBetween(): boolean {
    return this.#skip > 0 || this.#longLines !== null || this.#padded !== null || this.#inner !== null;
  }

  #between(bytes: Buffer, at: number): number {
    if (this.#inner !== null) return at + this.#walkInner(this.#inner, bytes.subarray(at));
    if (this.#padded !== null) {
      this.#skip = (bytes[at] ?? 0) + this.#padded;
      this.#padded = null;
      return at + 1;
    }
    if (this.#longLines !== null) return this.#passLine(this.#longLines, bytes, at);
    const taken = Math.min(this.#skip, bytes.length - at);
    this.#skip -= taken;
    return at + taken;
  }

  #walkInner(inner: PickleWalker, bytes: Buffer): number {
    const used = inner.push(bytes);
    if (!inner.isOver) return used;
    const problem = inner.problem();
    if (problem !== null) throw new UnfollowedPickle(`the pickle of an array: ${problem}`);
    this.#inner = null;
    return used;
  }

  #passLine(lines: LongLines, bytes: Buffer, at: number): number {
    const end = bytes.indexOf(newline, at);
    if (end < 0) return bytes.length;
    this.#keepToFrame(lines.offset, this.#base + end + 1);
    lines.left -= 1;
    if (lines.left > 0) return end + 1;
    this.#longLines = null;
    this.#loader.run(lines.code, null, lines.offset);
    return end + 1;
  }

  /** Runs the opcode at `at`. Returns where the next one begins, or null when its bytes have not all come. */
  #step(bytes: Buffer, at: number): number | null {
    const code = bytes[at] ?? 0;
    const argument = opcodes[code]?.argument;
    if (argument === undefined) throw new BrokenPickle(`0x${code.toString(16)} is no opcode`);
    if (typeof argument === 'number') {
      const end = at + 1 + argument;
      if (end > bytes.length) return null;
      const given = argument === 0 || argument > 4 ? null : littleEndian(bytes, at + 1, argument);
      if (code === frame) this.#enterFrame(at, littleEndian(bytes, at + 1, argument));
      return this.#run(code, given, at, end, bytes);
    }
    if (argument === 'line') return this.#line(bytes, at, code);
    if (argument === 'lines') return this.#lines(bytes, at, code);
    return this.#counted(bytes, at, code);
  }

  #line(bytes: Buffer, at: number, code: number): number | null {
    const end = bytes.indexOf(newline, at + 1);
    if (end >= 0) {
      const text = end - at > longestName && !isMemo[code] ? null : textOf(bytes, at + 1, end);
      return this.#run(code, text, at, end + 1, bytes);
    }
    return this.#whenTooLong(bytes, at, { code, offset: this.#base + at, left: 1 });
  }

  #lines(bytes: Buffer, at: number, code: number): number | null {
    const first = bytes.indexOf(newline, at + 1);
    const second = first < 0 ? -1 : bytes.indexOf(newline, first + 1);
    if (second >= 0) {
      const names = [textOf(bytes, at + 1, first), textOf(bytes, first + 1, second)] as const;
      return this.#run(code, names, at, second + 1, bytes);
    }
    return this.#whenTooLong(bytes, at, { code, offset: this.#base + at, left: first < 0 ? 2 : 1 });
  }

  #whenTooLong(bytes: Buffer, at: number, lines: LongLines): number | null {
    if (bytes.length - at <= longestLine) return null;
    this.#longLines = lines;
    return bytes.length;
  }

  #counted(bytes: Buffer, at: number, code: number): number | null {
    const begin = at + 1 + (countSizes[code] ?? 0);
    if (begin > bytes.length) return null;
    const length = littleEndian(bytes, at + 1, begin - at - 1);
    if (code === binstring && length > 0x7fff_ffff) throw new BrokenPickle('a text has a negative length');
    const there = Math.min(length, bytes.length - begin);
    const isName = isText[code] && length <= longestName;
    const isNumber = code === long1 && length <= 6;
    if (isName || isNumber) {
      if (there < length) return null;
      const given = isName ? nameAt(bytes, begin, begin + length) : littleEndian(bytes, begin, length);
      return this.#run(code, given, at, begin + length, bytes);
    }
    this.#skip = length - there;
    this.#keepToFrame(this.#base + at, this.#base + begin + length);
    return this.#run(code, null, at, begin + there, bytes);
  }

  #run(code: number, given: Given, at: number, next: number, bytes: Buffer): number {
    this.#keepToFrame(this.#base + at, this.#base + next);
    this.#loader.run(code, given, this.#base + at);
    // What the rest of a frame holds is passed over by whoever loads the next pickle, or an array, from the file.
    const { raw, stopped } = this.#loader;
    if ((stopped || raw !== null) && this.#frameEnd > this.#base + next)
      this.#loader.report('pickle.ambiguous');
    if (raw !== null) {
      this.#loader.raw = null;
      this.#readPast(raw, this.#base + next, bytes.subarray(next));
    }
    return next;
  }

  #enterFrame(at: number, lengthBytes: number): void {
    const start = this.#base + at + 1 + 8;
    const isInside = this.#base + at < this.#frameEnd;
    if (isInside) this.#keepToFrame(this.#base + at, start + lengthBytes);
    else this.#frameEnd = start + lengthBytes;
  }

  /** An opcode reaches from `start` to `end`. */
  #keepToFrame(start: number, end: number): void {
    if (start >= this.#frameEnd || end <= this.#frameEnd) return;
    this.#loader.reportAt(start, 'pickle.ambiguous');
    throw new UnfollowedPickle('a frame ends inside an opcode');
  }

  /** An array stands here. `rest` is what has come of it, and of what follows. */
  #readPast(raw: Raw, offset: number, rest: Buffer): void {
    this.#readOtherwise(offset, rest);
    const judge = { ...this.#judge, report: this.#reporter(offset) };
    if (raw.is === 'pickle') this.#inner = new PickleWalker(judge);
    else if (raw.isPadded) this.#padded = raw.count;
    else this.#skip = raw.count;
  }

  /** As pickle's own loader goes on. */
  #readOtherwise(offset: number, rest: Buffer): void {
    const stack = new SymbolicStack();
    this.#copied += stack.copyFrom(this.#loader.stack);
    const reading = new Reading({ ...this.#judge, report: this.#reporter(offset) }, stack);
    if (reading.push(rest)) this.#readings.push(reading);
    if (this.#readings.length > mostReadings || this.#copied > mostCopied)
      throw new UnfollowedPickle('there are more arrays than can be read in two ways');
  }

  #reporter(offset: number): (finding: PickleFinding) => void {
    return (finding) => this.#judge.report({ ...finding, offset: offset + finding.offset });
  }
}

/** A pickle that may be none: it tells only when it comes to a call of something that it named, or to its end. */
export class Reading {
  readonly #judge: PickleJudge;
  readonly #walker: PickleWalker;
  readonly #found: PickleFinding[] = [];

  constructor(judge: PickleJudge, stack: SymbolicStack) {
    this.#judge = judge;
    const report = (finding: PickleFinding) => void this.#found.push(finding);
    this.#walker = new PickleWalker({ ...judge, report }, { stack, readsJoblib: false });
  }

  /** How many of the bytes that come next are of no interest to it. */
  get skips(): number {
    return this.#walker.skips;
  }

  /** Returns whether it goes on. */
  push(bytes: Uint8Array): boolean {
    this.#walker.push(bytes);
    const isWhole = this.#walker.isOver && this.#walker.problem() === null;
    if (this.#walker.hasCalled || isWhole)
      for (const finding of this.#found.splice(0)) this.#judge.report(finding);
    return !this.#walker.isOver;
  }
}

const isMemo = opcodes.map((opcode) => opcode?.name === 'GET' || opcode?.name === 'PUT');

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
  let hash = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (inNames[byte] === 0) return null;
    hash = (hash * 31 + byte) | 0;
  }
  const place = hash & (lastNames.length - 1);
  const last = lastNames[place] ?? '';
  if (isAt(bytes, start, end, last)) return last;
  const name = bytes.toString('latin1', start, end);
  lastNames[place] = name;
  return name;
}

/** Names that came last, by their hash: most come again and again, and making a text takes longer than all else that is done with it. */
const lastNames: string[] = Array(65_536).fill('');

function isAt(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

const inNames = Uint8Array.from({ length: 256 }, (_, code) =>
  code < 128 && /[\w.]/.test(String.fromCharCode(code)) ? 1 : 0,
);

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
