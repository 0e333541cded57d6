// What numpy's types are made of in a pickle: a name, then a state of version, byte order, subarray, names, fields, size, alignment and
// flags (numpy, `arraydescr_reduce` in descriptor.c). By the flags numpy tells whether the bytes of an array are addresses
// of objects, and takes them as they are where the flags say that they are none: a state whose flags deny the objects
// that the rest of it has, lets a file choose what the program that loads it jumps to.
import { Followed, GlobalReference, opaque, UnfollowedPickle, type Value } from './symbolic-stack.ts';

export class Constant extends Followed {
  readonly value: number | boolean | null;

  constructor(value: number | boolean | null) {
    super();
    this.value = value;
  }

  override build(): void {}
}

export class FollowedTuple extends Followed {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  override build(): void {}
}

/** Fields of a type, or what describes an array: never near as many. */
const mostEntries = 10_000;

export class FollowedDict extends Followed {
  readonly entries = new Map<Value, Value>();
  /** Something else holds it, and may change it unseen. */
  hasEscaped = false;
  /** A type holds it: what comes into it from now on was not looked at. */
  isSealed = false;

  /** Keys and values by turns. */
  add(items: readonly Value[]): void {
    if (this.entries.size > mostEntries) this.hasEscaped = true;
    else
      for (let i = 0; i + 1 < items.length; i += 2)
        this.entries.set(items[i] ?? opaque, items[i + 1] ?? opaque);
  }

  get isTooLarge(): boolean {
    return this.entries.size > mostEntries;
  }

  override build(): void {}
}

const plainName = /^[<>|=]?([?biufcSUVmMO])(\d*)$/;
/** Classes of one element that numpy names in the place of `V`. */
const recordTypes = /^numpy\.(void|record|rec\.record|_?core\.records\.record)$/;

/** An instance of `numpy.dtype`. */
export class FollowedType extends Followed {
  readonly #name: Value;
  #state: Value = opaque;
  #isBuilt: boolean;
  #hasObjects: boolean;
  #isForged = false;

  /** The arguments that it is called with: its name, and two switches. */
  constructor(args: Value, isBuilt = false) {
    super();
    this.#name = (args instanceof FollowedTuple ? args.items[0] : undefined) ?? opaque;
    this.#isBuilt = isBuilt;
    this.#hasObjects = this.#letter() === 'O';
  }

  /** What it was given is no state that numpy writes. */
  get isForged(): boolean {
    return this.#isForged;
  }

  override build(state: Value): void {
    // Twice: it may have become another since somebody took it for what it was.
    this.#isForged = this.#isBuilt || !this.#takes(state);
    this.#isBuilt = true;
    this.#state = state;
  }

  /** Built there, it would be another here. */
  override elsewhere(): Value {
    return new FollowedType(opaque, true);
  }

  /** Bytes of one element; `object` when elements are objects. */
  elementBytes(): number | 'object' {
    const [, letter, digits] = (typeof this.#name === 'string' && plainName.exec(this.#name)) || [];
    const state = this.#state instanceof FollowedTuple ? this.#state.items : [];
    const [version, , subarray, , , sizeStated, , flags] = state.map(constantOf);
    if (letter === undefined || version === undefined || subarray !== null)
      throw unclear('the type of an array');
    const hasObjects = typeof flags === 'number' && (flags & 1) === 1;
    if (hasObjects !== this.#hasObjects) throw unclear('whether an array holds objects');
    if (hasObjects) return 'object';
    const size = Number(digits === '' ? 1 : digits) * (letter === 'U' ? 4 : 1);
    const isPlain = sizeStated === undefined || sizeStated === minusOne || sizeStated === size;
    if (!isPlain) throw unclear('the size of an element');
    return size;
  }

  /** Null: it has no name that numpy would give. */
  #letter(): string | null {
    if (this.#name instanceof GlobalReference) return recordTypes.test(this.#name.path) ? 'V' : null;
    return (typeof this.#name === 'string' && plainName.exec(this.#name)?.[1]) || null;
  }

  #takes(state: Value): boolean {
    const items = state instanceof FollowedTuple ? state.items : [];
    const [version, , subarray, , fields, , , flags] = items;
    const inner = [...typesOfSubarray(subarray), ...typesOfFields(fields)];
    const isKnown = inner.every((type) => type instanceof FollowedType && type.#isBuilt && !type.#isForged);
    const hasObjects =
      this.#hasObjects || inner.some((type) => type instanceof FollowedType && type.#hasObjects);
    this.#hasObjects = hasObjects;
    const stated = constantOf(flags);
    const number = constantOf(version);
    return (
      this.#letter() !== null &&
      isKnown &&
      (number === 3 || number === 4) &&
      typeof stated === 'number' &&
      (!hasObjects || (stated & holdsAddresses) === holdsAddresses)
    );
  }
}

/** Elements are counted, and are pickled one by one. */
const holdsAddresses = 0b11;

function typesOfSubarray(subarray: Value | undefined): readonly Value[] {
  if (constantOf(subarray) === null) return [];
  return [(subarray instanceof FollowedTuple ? subarray.items[0] : undefined) ?? opaque];
}

function typesOfFields(fields: Value | undefined): readonly Value[] {
  if (constantOf(fields) === null) return [];
  if (!(fields instanceof FollowedDict) || fields.isTooLarge) return [opaque];
  fields.isSealed = true;
  return [...fields.entries.values()].map(
    (field) => (field instanceof FollowedTuple ? field.items[0] : undefined) ?? opaque,
  );
}

/** Names in pickles of arrays, and where they are; whatever else has something of such a name, it is no other thing. */
export const ownersInNumpy: ReadonlyMap<Value, string> = new Map([
  ['dtype', 'numpy'],
  ['ndarray', 'numpy'],
  ['__bit_generator_ctor', 'numpy.random._pickle'],
  ['__generator_ctor', 'numpy.random._pickle'],
  ['__randomstate_ctor', 'numpy.random._pickle'],
]);

/** -1 as BININT has it. */
export const minusOne = 0xffff_ffff;

export function constantOf(value: Value | undefined): number | boolean | null | undefined {
  return value instanceof Constant ? value.value : undefined;
}

export function unclear(what: string): UnfollowedPickle {
  return new UnfollowedPickle(`${what} cannot be told`);
}
