import type { AuditTree } from './tree-ports.ts';

/** More entries than these are not counted. */
const mostCounted = 1_000;

export interface TreeState {
  readonly size: number;
  /** Entries that are not in the tree; a thousand may be more. */
  readonly waiting: number;
  /** Of those that were counted. */
  readonly oldestWaitingAt: Date | null;
  readonly checkpoint: { readonly size: number; readonly at: Date } | null;
}

/** How far the tree is, for those who watch over it. */
export async function treeState(
  tree: Pick<AuditTree, 'head' | 'waiting' | 'checkpoint'>,
): Promise<TreeState> {
  // The checkpoint first: a tree that is read later is never smaller.
  const checkpoint = await tree.checkpoint();
  const [{ size }, { entries }] = await Promise.all([tree.head(), tree.waiting(mostCounted)]);
  const oldest = Math.min(...entries.map(({ at }) => at.getTime()));
  return {
    size,
    waiting: entries.length,
    oldestWaitingAt: entries.length === 0 ? null : new Date(oldest),
    checkpoint,
  };
}
