// What a loader's stack and memo would hold, as far as it matters for telling which functions it would call: names
// and what they stand for. Everything else is opaque.

/** Something found by `module.name`: a class or a function. */
export class GlobalReference {
  readonly module: string;
  readonly name: string;
  /** It may be given to others, but not be called. */
  readonly isArgument: boolean;

  constructor(module: string, name: string, isArgument = false) {
    this.module = module;
    this.name = name;
    this.isArgument = isArgument;
  }

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** A value that is followed further because it tells how many raw bytes stand in the stream (joblib-array.ts). */
export abstract class Followed {
  /** What BUILD does with it, in place. */
  abstract build(state: Value): void;

  /** What stands for it in another reading of the same stream, which may do other things with it. */
  elsewhere(): Value {
    return opaque;
  }
}

/** Plain data: a number, a list, bytes … It is no text, and nothing that can be called. */
export const opaque = Symbol('opaque');
/** A text that is no name that anybody knows. */
export const otherText = Symbol('other text');
/** The result of a call: it may be anything. */
export const made = Symbol('made');
/** Where a group of arguments begins. */
export const mark = Symbol('mark');

/** A text is kept as long as it may be a name. */
export type Value =
  | string
  | GlobalReference
  | Followed
  | typeof opaque
  | typeof otherText
  | typeof made
  | typeof mark;

/** The stream is no pickle from here on: a loader would raise. */
export class BrokenPickle extends Error {
  override readonly name: string = 'BrokenPickle';
}

/** The walk ends here although a loader might go on: what follows has not been looked at. */
export class UnfollowedPickle extends BrokenPickle {
  override readonly name = 'UnfollowedPickle';
}

/** More groups of values at once than any real pickle has; memory stays bounded. */
const deepest = 4_000_000;
/** Memo entries beyond it may be anything, which never makes a verdict milder: a name out of it is one that nobody knows. */
const memoEntries = 8_000_000;

export class SymbolicStack {
  /** Marks and values without a name that follow each other are one entry, which its count repeats. */
  readonly #values: Value[] = [];
  readonly #counts: number[] = [];
  /** Indexes are given by the stream: dense from 0 in every honest pickle, anything in others. */
  #memo: Value[] = [];
  readonly #sparseMemo = new Map<number, Value>();
  /** Something was stored under an index that is not known. */
  #isMemoUncertain = false;

  push(value: Value): void {
    const last = this.#values.length - 1;
    if (typeof value === 'symbol' && this.#values[last] === value) {
      this.#counts[last] = (this.#counts[last] ?? 0) + 1;
      return;
    }
    if (last >= deepest)
      throw new UnfollowedPickle(`there are more than ${deepest} groups of values at once`);
    this.#values.push(value);
    this.#counts.push(1);
  }

  /** A mark is the bottom for whatever comes after it. */
  pop(): Value {
    const value = this.top();
    this.#remove();
    return value;
  }

  /** As POP does: a mark, too. */
  drop(): void {
    if (this.#values.length === 0) throw new BrokenPickle('a value is dropped from an empty stack');
    this.#remove();
  }

  top(): Value {
    const value = this.#values.at(-1);
    if (value === undefined || value === mark) throw new BrokenPickle('a value is taken where there is none');
    return value;
  }

  /** What stands above the topmost mark; of many opaque values that follow each other only the first ones. */
  aboveMark(): Value[] {
    const from = this.#topmostMark() + 1;
    return this.#values.slice(from).flatMap((value, i) => {
      const count = this.#counts[from + i] ?? 1;
      return count === 1 ? [value] : Array<Value>(Math.min(count, 100)).fill(value);
    });
  }

  /** Takes everything above the topmost mark, and the mark; the first of them is what is returned. */
  popToMark(): Value | undefined {
    const at = this.#topmostMark();
    const first = this.#values[at + 1];
    this.#values.length = at + 1;
    this.#counts.length = at + 1;
    this.#remove();
    return first;
  }

  get memoSize(): number {
    return this.#memo.length + this.#sparseMemo.size;
  }

  /** Null: under an index that cannot be told. */
  memoize(index: number | null): void {
    const value = this.top();
    if (index === null) this.#isMemoUncertain = true;
    else if (index < this.#memo.length) this.#memo[index] = value;
    else if (this.#sparseMemo.has(index)) this.#sparseMemo.set(index, value);
    else if (this.memoSize >= memoEntries) return;
    else if (index === this.#memo.length) this.#memo.push(value);
    else this.#sparseMemo.set(index, value);
  }

  /** What was never stored raises in a loader, unless it has more in its memo than is kept here. */
  recall(index: number | null): void {
    const value = index === null ? undefined : (this.#memo[index] ?? this.#sparseMemo.get(index));
    const isCertain = index !== null && !this.#isMemoUncertain;
    if (isCertain && value === undefined && this.memoSize < memoEntries)
      throw new BrokenPickle(`memo entry ${index} was never set`);
    this.push((isCertain ? value : undefined) ?? made);
  }

  /** Makes this one, which must be new, hold what the other does, nothing followed. Returns how much that took. */
  copyFrom(other: SymbolicStack): number {
    for (const value of other.#values) this.#values.push(plain(value));
    for (const count of other.#counts) this.#counts.push(count);
    this.#memo = other.#memo.map(plain);
    for (const [index, value] of other.#sparseMemo) this.#sparseMemo.set(index, plain(value));
    this.#isMemoUncertain = other.#isMemoUncertain;
    return this.#values.length + this.memoSize;
  }

  /** Everything but the memo, which a loader may keep that loads one pickle after the other. */
  clear(): void {
    this.#values.length = 0;
    this.#counts.length = 0;
  }

  #topmostMark(): number {
    const at = this.#values.lastIndexOf(mark);
    if (at < 0) throw new BrokenPickle('there is no mark on the stack');
    return at;
  }

  #remove(): void {
    const last = this.#values.length - 1;
    const count = this.#counts[last] ?? 0;
    if (count > 1) {
      this.#counts[last] = count - 1;
      return;
    }
    this.#values.pop();
    this.#counts.pop();
  }
}

function plain(value: Value): Value {
  return value instanceof Followed ? value.elsewhere() : value;
}

/**
 * As loaders read it: Python's with `int`, C's up to a NUL. Null: a number too long to be kept, which is as good as
 * any.
 */
export function memoIndex(given: unknown): number | null {
  if (typeof given === 'number' || given === null) return given;
  const digits = typeof given === 'string' && /^[\s]*([+-]?\d+(?:_\d+)*)[\s]*(?:\0|$)/.exec(given)?.[1];
  if (!digits) throw new BrokenPickle('the number of a memo entry is none');
  const index = Number(digits.replaceAll('_', ''));
  if (index < 0) throw new BrokenPickle('the number of a memo entry is negative');
  return Number.isSafeInteger(index) ? index : null;
}
