import type { Caller } from '../caller.ts';
import { notFound, RegistryError } from '../errors.ts';
import { mayReadHistoryOf } from './audit-entry.ts';
import { type ReadCheckpoint, readCheckpoint } from './read-checkpoint.ts';
import { leafText } from './tree-hash.ts';
import type { AuditTree } from './tree-ports.ts';
import { inclusionPath } from './tree-proofs.ts';
import { hashesOf } from './tree-tiles.ts';

export interface EntryProof {
  readonly entryId: string;
  readonly index: number;
  /** What is hashed as the leaf. */
  readonly leaf: string;
  readonly checkpoint: ReadCheckpoint;
  /** The hashes on the way from the leaf up to the checkpoint's root. */
  readonly path: readonly Uint8Array[];
}

/**
 * What shows that the entry is in the tree: in that of the checkpoint of `size` entries, the latest without one.
 * `not-found` when it is not, or when the caller may not read it; `state-conflict` when the checkpoint does not reach it.
 */
export async function proveEntry(
  { auditTree }: { readonly auditTree: AuditTree },
  caller: Caller,
  { entryId, size }: { readonly entryId: string; readonly size?: number | undefined },
): Promise<EntryProof> {
  const leaf = await auditTree.findLeaf(entryId);
  const [placed] = leaf === null ? [] : await auditTree.entries(leaf.index, 1);
  if (placed === undefined || !mayReadHistoryOf(caller, placed.entry.actor?.userId)) {
    throw notFound('audit entry in the tree', entryId);
  }
  const { index, entry } = placed;
  const checkpoint = await readCheckpoint({ auditTree }, size);
  if (index >= checkpoint.size) {
    const reach = `The entry is at place ${index}; the checkpoint reaches up to ${checkpoint.size - 1}.`;
    throw new RegistryError('state-conflict', `${reach} A later one will reach it.`);
  }
  const path = await hashesOf(auditTree, inclusionPath(index, checkpoint.size));
  return { entryId, index, leaf: leafText(entry), checkpoint, path };
}
