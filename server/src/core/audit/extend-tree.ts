// How entries get into the tree: what waits is taken in batches and put at the next places, by whoever comes first.

import { leafHashOf } from './tree-hash.ts';
import type { AuditTree, Extension, TreeKeeping } from './tree-ports.ts';
import { TreeEdge } from './tree-tiles.ts';

/** One commit of the engine each; small enough that requests, which share the process, do not notice. */
const entriesAtOnce = 256;

export interface ExtendingTree {
  readonly tree: Pick<AuditTree, 'head' | 'waiting' | 'append' | 'tiles'>;
}

/**
 * Puts entries that wait into the tree, one batch of them. Null, and nothing done, when somebody else did meanwhile.
 * Killed at any moment, it has appended the batch or not; whoever comes next goes on from there.
 */
export async function extendTree({ tree }: ExtendingTree, keeper: TreeKeeping): Promise<Extension | null> {
  // The head first: what is given out as waiting after that is not in a tree of this size.
  const { size } = await tree.head();
  const { entries, receipt, more } = await tree.waiting(entriesAtOnce);
  if (receipt === '') return { size, appended: 0, more };
  const edge = await TreeEdge.of(tree, size);
  for (const entry of entries) edge.append(leafHashOf(entry));
  const isAppended = await tree.append({ size, entries, receipt, tiles: edge.takeChanged(), keeper });
  return isAppended ? { size: edge.size, appended: entries.length, more } : null;
}
