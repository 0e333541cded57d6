// joblib writes the elements of an array as they are, in the middle of the pickle: behind the BUILD of a
// `NumpyArrayWrapper` stand so many raw bytes as its shape and type say (joblib/numpy_pickle.py, `read_array`), or a
// pickle of its own when the elements are objects. To find the next opcode, those few values have to be followed.
import { Followed, GlobalReference, opaque, UnfollowedPickle, type Value } from './symbolic-stack.ts';

/** What stands in the stream behind a wrapper. */
export type Raw =
  | { readonly is: 'pickle' }
  | { readonly is: 'bytes'; readonly count: number; readonly isPadded: boolean };

export function isArrayWrapper(value: Value | undefined): boolean {
  return value instanceof GlobalReference && value.path === 'joblib.numpy_pickle.NumpyArrayWrapper';
}

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

export class FollowedDict extends Followed {
  readonly entries = new Map<Value, Value>();
  /** Something else holds it, and may change it unseen. */
  hasEscaped = false;

  /** Keys and values by turns. */
  add(items: readonly Value[]): void {
    for (let i = 0; i + 1 < items.length; i += 2)
      this.entries.set(items[i] ?? opaque, items[i + 1] ?? opaque);
  }

  override build(): void {}
}

/** An instance of `numpy.dtype`. */
export class FollowedType extends Followed {
  readonly #name: Value;
  #state: Value = opaque;

  /** The arguments that it is called with: its name, and two switches. */
  constructor(args: Value) {
    super();
    this.#name = (args instanceof FollowedTuple ? args.items[0] : undefined) ?? opaque;
  }

  override build(state: Value): void {
    this.#state = state;
  }

  /** Bytes of one element; `object` when elements are objects. */
  elementBytes(): number | 'object' {
    const [, letter, digits] =
      (typeof this.#name === 'string' && /^([?biufcSUVmMO])(\d*)$/.exec(this.#name)) || [];
    const state = this.#state instanceof FollowedTuple ? this.#state.items : [];
    const [version, , subarray, , , sizeStated, , flags] = state.map(constantOf);
    if (letter === undefined || version === undefined || subarray !== null)
      throw unclear('the type of an array');
    const hasObjects = typeof flags === 'number' && (flags & 1) === 1;
    if (hasObjects !== (letter === 'O')) throw unclear('whether an array holds objects');
    if (hasObjects) return 'object';
    const size = Number(digits === '' ? 1 : digits) * (letter === 'U' ? 4 : 1);
    const isPlain = sizeStated === undefined || sizeStated === minusOne || sizeStated === size;
    if (!isPlain) throw unclear('the size of an element');
    return size;
  }
}

/** -1 as BININT has it. */
const minusOne = 0xffff_ffff;

const knownKeys = ['subclass', 'shape', 'order', 'dtype', 'allow_mmap', 'numpy_array_alignment_bytes'];

/** An instance of `NumpyArrayWrapper`. */
export class FollowedWrapper extends Followed {
  #state: Value = opaque;

  override build(state: Value): void {
    if (this.#state !== opaque) throw unclear('which state of an array counts');
    this.#state = state;
  }

  raw(): Raw {
    const isOwn = this.#state instanceof FollowedDict && !this.#state.hasEscaped;
    const state = isOwn ? (this.#state as FollowedDict).entries : null;
    const isKnown = [...(state?.keys() ?? [])].every(
      (key) => typeof key === 'string' && knownKeys.includes(key),
    );
    const [shape, dtype] = [state?.get('shape'), state?.get('dtype')];
    if (!isKnown || !(shape instanceof FollowedTuple) || !(dtype instanceof FollowedType))
      throw unclear('an array of joblib');
    const elementBytes = dtype.elementBytes();
    if (elementBytes === 'object') return { is: 'pickle' };
    const count = shape.items.map(constantOf).reduce<number>((product, length) => {
      if (typeof length !== 'number' || length >= minusOne) throw unclear('the shape of an array');
      return product * length;
    }, elementBytes);
    if (!Number.isSafeInteger(count)) throw unclear('the size of an array');
    const alignment = state?.get('numpy_array_alignment_bytes');
    return { is: 'bytes', count, isPadded: alignment !== undefined && constantOf(alignment) !== null };
  }
}

function constantOf(value: Value): number | boolean | null | undefined {
  return value instanceof Constant ? value.value : undefined;
}

function unclear(what: string): UnfollowedPickle {
  return new UnfollowedPickle(`${what} cannot be told`);
}
