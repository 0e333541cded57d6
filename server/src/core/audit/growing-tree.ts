// A tree of which only the hashes are kept that it takes to go on: those of the perfect subtrees that it consists of.

import { subtreesOf } from './subtrees.ts';
import { hashNode, rootOver, type TreeHash } from './tree-hash.ts';

interface Part {
  readonly height: number;
  readonly hash: TreeHash;
}

export class GrowingTree {
  #size: number;
  readonly #parts: Part[];

  /** `hashes`: of the perfect subtrees of the first `size` leaves, the largest first; throws when it has others. */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    const subtrees = subtreesOf({ from: 0, until: size });
    if (subtrees.length !== hashes.length) {
      throw new Error(
        `A tree of ${size} leaves has ${subtrees.length} perfect subtrees, not ${hashes.length}.`,
      );
    }
    this.#size = size;
    this.#parts = hashes.map((hash, i) => ({ height: subtrees[i]?.height ?? 0, hash: Buffer.from(hash) }));
  }

  copy(): GrowingTree {
    return new GrowingTree(
      this.#size,
      this.#parts.map(({ hash }) => hash),
    );
  }

  get size(): number {
    return this.#size;
  }

  get root(): TreeHash {
    return rootOver(this.#parts.map(({ hash }) => hash));
  }

  /** The hash of the smallest perfect subtree that ends here and is higher than a leaf; the larger ones behind it. */
  push(leaf: TreeHash): readonly TreeHash[] {
    return this.pushSubtree(0, leaf);
  }

  /** A perfect subtree, whose place must come now. Tells the hashes of the higher ones that end with it. */
  pushSubtree(height: number, hash: TreeHash): readonly TreeHash[] {
    const ending: TreeHash[] = [];
    let part: Part = { height, hash };
    for (let left = this.#parts.at(-1); left?.height === part.height; left = this.#parts.at(-1)) {
      this.#parts.pop();
      part = { height: part.height + 1, hash: hashNode(left.hash, part.hash) };
      ending.push(part.hash);
    }
    this.#parts.push(part);
    this.#size += 2 ** height;
    return ending;
  }
}
