// Proofs of RFC 9162, sections 2.1.3 and 2.1.4: that a tree has an entry at a place, and that a larger tree begins with a
// smaller one. Which hashes a proof consists of is said here as ranges of leaves; whoever has the tree looks them up.
import { type LeafRange, leftPart } from './subtrees.ts';
import { hashNode, type TreeHash } from './tree-hash.ts';

/** What to hash the leaf `index` with, from the leaf up, to get at the root of the tree with `size` leaves. */
export function inclusionPath(index: number, size: number): LeafRange[] {
  const path: LeafRange[] = [];
  let [from, until] = [0, size];
  while (until - from > 1) {
    const middle = from + leftPart(until - from);
    const isLeft = index < middle;
    path.unshift(isLeft ? { from: middle, until } : { from, until: middle });
    [from, until] = isLeft ? [from, middle] : [middle, until];
  }
  return path;
}

/** What shows that the tree of size `to` begins with that of size `from`, which is not empty. */
export function consistencyPath(from: number, to: number): LeafRange[] {
  const path: LeafRange[] = [];
  let [first, until] = [0, to];
  while (from !== until) {
    const middle = first + leftPart(until - first);
    const isLeft = from <= middle;
    path.unshift(isLeft ? { from: middle, until } : { from: first, until: middle });
    [first, until] = isLeft ? [first, middle] : [middle, until];
  }
  return first === 0 ? path : [{ from: first, until }, ...path];
}

/** Section 2.1.3.2. */
export function provesInclusion(
  { index, size, leaf, root }: { index: number; size: number; leaf: Uint8Array; root: Uint8Array },
  path: readonly Uint8Array[],
): boolean {
  if (index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash: TreeHash = Buffer.from(leaf);
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = hashNode(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hash.equals(root);
}

interface SizedRoot {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Section 2.1.4.2. */
export function provesConsistency(one: SizedRoot, other: SizedRoot, path: readonly Uint8Array[]): boolean {
  if (one.size < 1 || one.size > other.size) return false;
  if (one.size === other.size) return path.length === 0 && Buffer.from(one.root).equals(other.root);
  const hashes = isPowerOfTwo(one.size) ? [one.root, ...path] : [...path];
  const begin = hashes.shift();
  if (begin === undefined) return false;
  let [node, last] = [one.size - 1, other.size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [first, second]: [TreeHash, TreeHash] = [Buffer.from(begin), Buffer.from(begin)];
  for (const sibling of hashes) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      [first, second] = [hashNode(sibling, first), hashNode(sibling, second)];
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      second = hashNode(second, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && first.equals(one.root) && second.equals(other.root);
}

function isOdd(number: number): boolean {
  return number % 2 === 1;
}

function half(number: number): number {
  return Math.floor(number / 2);
}

function isPowerOfTwo(number: number): boolean {
  return number === 1 || leftPart(number) * 2 === number;
}
