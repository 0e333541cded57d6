import { type Caller, isAdmin } from '../caller.ts';
import { notFound, RegistryError } from '../errors.ts';
import { mayReadHistoryOf } from './audit-entry.ts';
import { type ReadCheckpoint, readCheckpoint } from './read-checkpoint.ts';
import { leafHashOf, leafText } from './tree-hash.ts';
import type { AuditTree } from './tree-ports.ts';
import { inclusionPath } from './tree-proofs.ts';
import { hashesOf } from './tree-tiles.ts';

export interface EntryProof {
  readonly entryId: string;
  readonly index: number;
  /** The hash of the entry. */
  readonly leafHash: Uint8Array;
  /**
   * What is hashed: the whole entry. Null where it has what the gate has decided by, which is not for those whose history
   * it is, but for administrators.
   */
  readonly leaf: string | null;
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
  const found = await auditTree.findLeaf(entryId);
  const [placed] = found === null ? [] : await auditTree.entries(found.index, 1);
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
  const leaf = entry.decision === undefined || isAdmin(caller) ? leafText(entry) : null;
  return { entryId, index, leafHash: leafHashOf(entry), leaf, checkpoint, path };
}
