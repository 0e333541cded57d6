import { notFound, RegistryError } from '../errors.ts';
import type { AuditTree } from './tree-ports.ts';
import { consistencyPath } from './tree-proofs.ts';
import { hashesOf, rootAt } from './tree-tiles.ts';

export interface ConsistencyProof {
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** What shows that the tree of `to` entries begins with that of `from`, which is not empty. */
export async function proveConsistency(
  { auditTree }: { readonly auditTree: Pick<AuditTree, 'head' | 'tiles'> },
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ConsistencyProof> {
  if (from > to)
    throw new RegistryError('invalid-request', `from (${from}) must not be larger than to (${to}).`);
  const { size } = await auditTree.head();
  if (to > size) throw notFound('audit tree of size', `${to}`);
  const [fromRoot, toRoot, path] = await Promise.all([
    rootAt(auditTree, from),
    rootAt(auditTree, to),
    hashesOf(auditTree, consistencyPath(from, to)),
  ]);
  return { fromRoot, toRoot, path };
}
