import { notFound } from '../errors.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import type { AuditTree, StoredCheckpoint } from './tree-ports.ts';

export interface ReadCheckpoint extends Checkpoint, StoredCheckpoint {}

/** The checkpoint of this size, the latest without one. Throws `not-found` when there is none. */
export async function readCheckpoint(
  { auditTree }: { readonly auditTree: Pick<AuditTree, 'checkpoint'> },
  size?: number,
): Promise<ReadCheckpoint> {
  const stored = await auditTree.checkpoint(size);
  if (stored === null)
    throw notFound('checkpoint of the audit tree', size === undefined ? 'latest' : `${size}`);
  return { ...parseCheckpoint(stored.note), ...stored };
}
