// Which leaves a subtree stands for. A perfect subtree of height h and index i is over the leaves from i·2ʰ on, 2ʰ of
// them; every tree is made of perfect ones, the largest on the left:
//
//   size 7      height 2, index 0      height 1, index 2    height 0, index 6
//               0   1   2   3          4   5                6

export interface Subtree {
  readonly height: number;
  readonly index: number;
}

/** Leaves from `from` on, until before `until`. */
export interface LeafRange {
  readonly from: number;
  readonly until: number;
}

/** The perfect subtrees that a range consists of, from left to right; as few as there can be. */
export function subtreesOf({ from, until }: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  let place = from;
  while (place < until) {
    let height = 0;
    let width = 1;
    while (place % (width * 2) === 0 && place + width * 2 <= until) {
      height += 1;
      width *= 2;
    }
    subtrees.push({ height, index: place / width });
    place += width;
  }
  return subtrees;
}

/** The largest power of two below `count`, which is at least 2: where RFC 9162 divides a tree in two. */
export function leftPart(count: number): number {
  let part = 1;
  while (part * 2 < count) part *= 2;
  return part;
}
