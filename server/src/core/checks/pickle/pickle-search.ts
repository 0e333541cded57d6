// Looks for pickles in bytes that are something else, or nothing that is known: wherever one might begin, it is
// walked through, and told of when it would call something, or comes to its end, and names what is not safe. Among
// gigabytes of weights chance spells short pickles: only what has names that it does not spell is told.
import { type GlobalVerdict, judgeGlobal } from './known-globals.ts';
import { opcodes } from './opcodes.ts';
import { Reading } from './pickle-walker.ts';
import type { PickleFinding } from './symbolic-loader.ts';
import { mark, SymbolicStack } from './symbolic-stack.ts';

/** Pickles that may have begun and are not over; more than chance brings about. */
const mostReadings = 20_000;
/**
 * Names that random bytes hold less than once in 10,000 GB: an opcode, a module, a newline, a name and a newline, and then
 * something that is called.
 */
const spelled: Partial<Record<PickleFinding['rule'], RegExp>> = {
  'pickle.dangerous-global': /^[A-Za-z_][\w.]*\.\w{3,}$/,
  'pickle.unknown-global': /^[A-Za-z_]\w{5}[\w.]*\.\w{4,}$/,
};
const harmless: ReadonlySet<GlobalVerdict> = new Set<GlobalVerdict>(['safe', 'argument']);

/** The longest module and name, with their newlines, that are looked for across the edge of two pieces. */
const edgeBytes = 300;
const longestWord = 120;

const [proto, newline, global, instance] = [0x80, 0x0a, 0x63, 0x69];
const inWords = Array.from(
  { length: 256 },
  (_, code) => code < 128 && /[\w.]/.test(String.fromCharCode(code)),
);

export class PickleSearch {
  readonly #report: (finding: PickleFinding) => void;
  readonly #sizeBytes: number;
  #readings: Reading[] = [];
  /** The last bytes that came, in which something may have begun. */
  #edge = Buffer.alloc(0);
  /** The edge and what comes; used again and again. */
  #joined = Buffer.alloc(0);
  #position = 0;
  #hasTooMany = false;

  /** Offsets count from the first byte that is pushed; `sizeBytes` will be, and no more. */
  constructor(sizeBytes: number, report: (finding: PickleFinding) => void) {
    this.#sizeBytes = sizeBytes;
    this.#report = (finding) => {
      if (spelled[finding.rule]?.test(finding.global ?? '')) report(finding);
    };
  }

  /** There was more than can be followed. */
  get isIncomplete(): boolean {
    return this.#hasTooMany;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#readings = this.#readings.filter((reading) => reading.push(bytes));
    const all = this.#withEdge(bytes);
    const start = this.#position - this.#edge.length;
    this.#findProtocols(all, start);
    this.#findNames(all, start);
    this.#position += bytes.length;
    // One that would go on behind the end runs nothing more.
    const left = this.#sizeBytes - this.#position;
    this.#readings = this.#readings.filter((reading) => reading.skips <= left);
    this.#edge = Buffer.from(all.subarray(-edgeBytes));
  }

  #withEdge(bytes: Uint8Array): Buffer {
    const length = this.#edge.length + bytes.length;
    if (this.#joined.length < length) this.#joined = Buffer.allocUnsafeSlow(length + edgeBytes);
    this.#joined.set(this.#edge);
    this.#joined.set(bytes, this.#edge.length);
    return this.#joined.subarray(0, length);
  }

  /** PROTO with a protocol that has it. */
  #findProtocols(all: Buffer, start: number): void {
    const from = Math.max(0, this.#edge.length - 1);
    for (let at = all.indexOf(proto, from); at >= 0; at = all.indexOf(proto, at + 1)) {
      const protocol = all[at + 1] ?? 0xff;
      if (protocol < 2 || protocol > 5) continue;
      // Most bytes are no opcode: nothing is begun that would end at once.
      const next = all[at + 2];
      if (next === undefined || opcodes[next] !== undefined)
        this.#begin(all.subarray(at), start + at, new SymbolicStack());
    }
  }

  /** GLOBAL and INST, which every protocol knows: a letter, a module, a newline, a name, a newline. */
  #findNames(all: Buffer, start: number): void {
    for (let end = all.indexOf(newline, this.#edge.length); end >= 0; end = all.indexOf(newline, end + 1)) {
      const nameStart = wordStart(all, end);
      const middle = nameStart - 1;
      if (nameStart === end || all[middle] !== newline) continue;
      const name = all.toString('latin1', nameStart, end);
      for (let at = middle - 2; at >= wordStart(all, middle); at--) {
        if (all[at] !== global && all[at] !== instance) continue;
        if (harmless.has(judgeGlobal(all.toString('latin1', at + 1, middle), name))) continue;
        // Of what came before it, a mark is all that it may need.
        const stack = new SymbolicStack();
        stack.push(mark);
        this.#begin(all.subarray(at), start + at, stack);
      }
    }
  }

  #begin(bytes: Uint8Array, offset: number, stack: SymbolicStack): void {
    if (this.#readings.length >= mostReadings) {
      this.#hasTooMany = true;
      return;
    }
    const report = (finding: PickleFinding) => this.#report({ ...finding, offset: offset + finding.offset });
    const reading = new Reading({ judge: judgeGlobal, report }, stack);
    if (reading.push(bytes)) this.#readings.push(reading);
  }
}

/** Where the word that ends before `end` begins. */
function wordStart(bytes: Buffer, end: number): number {
  let at = end;
  while (at > 0 && end - at < longestWord && inWords[bytes[at - 1] ?? 0]) at--;
  return at;
}
