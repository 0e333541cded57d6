// What a loader's stack and memo would hold, as far as it matters for telling which functions it would call: names
// and what they stand for. Everything else is opaque.

/** Something found by `module.name`: a class or a function. */
export class GlobalReference {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** A value that tells nothing about calls: a number, a list, the result of a call … */
export const opaque = Symbol('opaque');
/** Where a group of arguments begins. */
export const mark = Symbol('mark');

/** A text is kept as long as it may be a name. */
export type Value = string | GlobalReference | typeof opaque | typeof mark;

/** The stream is no pickle from here on: a loader would raise. */
export class BrokenPickle extends Error {
  override readonly name = 'BrokenPickle';
}

/** More values at once than any real pickle has; memory stays bounded. */
const deepest = 20_000_000;
/** Memo entries beyond it are opaque, which never makes a verdict milder: a name out of it is one that nobody knows. */
const memoEntries = 8_000_000;

export class SymbolicStack {
  readonly #values: Value[] = [];
  /** Indexes are given by the stream: dense from 0 in every honest pickle, anything in others. */
  readonly #memo: Value[] = [];
  readonly #sparseMemo = new Map<number, Value>();

  push(value: Value): void {
    if (this.#values.length >= deepest) throw new BrokenPickle(`more than ${deepest} values on the stack`);
    this.#values.push(value);
  }

  /** A mark is the bottom for whatever comes after it. */
  pop(): Value {
    const value = this.top();
    this.#values.pop();
    return value;
  }

  /** As POP does: a mark, too. */
  drop(): void {
    if (this.#values.pop() === undefined) throw new BrokenPickle('a value is dropped from an empty stack');
  }

  top(): Value {
    const value = this.#values.at(-1);
    if (value === undefined || value === mark) throw new BrokenPickle('a value is taken where there is none');
    return value;
  }

  /** Takes everything above the topmost mark, and the mark; the first of them is what is returned. */
  popToMark(): { readonly first: Value | undefined; readonly count: number } {
    const at = this.#values.lastIndexOf(mark);
    if (at < 0) throw new BrokenPickle('there is no mark on the stack');
    const first = this.#values[at + 1];
    const count = this.#values.length - at - 1;
    this.#values.length = at;
    return { first, count };
  }

  get memoSize(): number {
    return this.#memo.length + this.#sparseMemo.size;
  }

  memoize(index: number): void {
    const value = this.top();
    if (index < this.#memo.length) this.#memo[index] = value;
    else if (this.memoSize >= memoEntries) return;
    else if (index === this.#memo.length && !this.#sparseMemo.has(index)) this.#memo.push(value);
    else this.#sparseMemo.set(index, value);
  }

  recall(index: number): void {
    const value = this.#memo[index] ?? this.#sparseMemo.get(index);
    if (value === undefined && this.memoSize < memoEntries)
      throw new BrokenPickle(`memo entry ${index} was never set`);
    this.push(value ?? opaque);
  }
}
