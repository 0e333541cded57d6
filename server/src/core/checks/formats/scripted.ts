// Reads a format in the order of its bytes, however they come: a script says what it needs next and gets it.
import type { Inspector } from '../inspection/inspector.ts';

/** What a script asks for next: so many bytes to see, or to pass over. */
export type Ask = { readonly see: number } | { readonly pass: number };

/** Gets the bytes it asked to see (none for those to be passed), good until it asks again. */
export type Script<T = void> = Generator<Ask, T, Buffer>;

/** The bytes are not what the format says. `message` is for people. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

/** More than this at once is not kept in memory. */
export const mostSeenBytes = 32 * 1024 * 1024;

const none = Buffer.alloc(0);

export class ScriptedInspector implements Inspector {
  readonly #script: Script;
  readonly #damaged: (explanation: string, offset: number) => void;
  readonly #pieces: Buffer[] = [];
  #kept = 0;
  #ask: Ask | null = null;
  /** What is still to be passed over. */
  #pass = 0;
  #position = 0;

  /** `damaged` is told once, when the script throws a `Damaged` or the bytes end before it does. */
  constructor(script: Script, damaged: (explanation: string, offset: number) => void) {
    this.#script = script;
    this.#damaged = damaged;
    this.#advance(none);
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.#ask !== null) {
      const passed = Math.min(this.#pass, bytes.length - at);
      this.#pass -= passed;
      at += passed;
      if (this.#pass > 0 || at === bytes.length) break;
      at += this.#give(bytes, at);
    }
    this.#position += bytes.length;
  }

  end(): void {
    if (this.#ask === null || ('pass' in this.#ask && this.#pass === 0)) return;
    this.#ask = null;
    this.#damaged('It ends before what it announces.', this.#position);
  }

  /** Adds to what is seen next; returns how many bytes that took. */
  #give(bytes: Uint8Array, at: number): number {
    if (this.#ask === null || 'pass' in this.#ask) {
      this.#advance(none);
      return 0;
    }
    const taken = Math.min(this.#ask.see - this.#kept, bytes.length - at);
    this.#pieces.push(Buffer.from(bytes.subarray(at, at + taken)));
    this.#kept += taken;
    if (this.#kept === this.#ask.see) this.#advance(Buffer.concat(this.#pieces.splice(0)));
    return taken;
  }

  #advance(seen: Buffer): void {
    this.#kept = 0;
    try {
      for (let given = seen; ; given = none) {
        const next = this.#script.next(given);
        this.#ask = next.done ? null : next.value;
        if (this.#ask === null) return;
        if ('pass' in this.#ask) this.#pass = this.#ask.pass;
        else if (this.#ask.see > mostSeenBytes)
          throw new Error(`${this.#ask.see} bytes are more than is kept`);
        if ('pass' in this.#ask ? this.#ask.pass > 0 : this.#ask.see > 0) return;
      }
    } catch (error) {
      this.#ask = null;
      if (!(error instanceof Damaged)) throw error;
      this.#damaged(error.message, this.#position);
    }
  }
}

export function* see(bytes: number): Script<Buffer> {
  return yield { see: bytes };
}
