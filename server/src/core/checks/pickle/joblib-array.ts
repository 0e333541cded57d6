// joblib writes the elements of an array as they are, in the middle of the pickle: behind the BUILD of a
// `NumpyArrayWrapper` stand so many raw bytes as its shape and type say (joblib/numpy_pickle.py, `read_array`), or a
// pickle of its own when the elements are objects. To find the next opcode, those few values have to be followed.
import { constantOf, FollowedDict, FollowedTuple, FollowedType, minusOne, unclear } from './numpy-type.ts';
import { Followed, GlobalReference, opaque, type Value } from './symbolic-stack.ts';

/** What stands in the stream behind a wrapper. */
export type Raw =
  | { readonly is: 'pickle' }
  | { readonly is: 'bytes'; readonly count: number; readonly isPadded: boolean };

export function isArrayWrapper(value: Value | undefined): boolean {
  return value instanceof GlobalReference && value.path === 'joblib.numpy_pickle.NumpyArrayWrapper';
}

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
