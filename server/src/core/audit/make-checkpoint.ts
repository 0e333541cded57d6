import type { Clock } from '../clock.ts';
import type { RegistrySigner } from '../signing/index.ts';
import { parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import type { AuditTree, StoredCheckpoint } from './tree-ports.ts';
import { consistencyPath, provesConsistency } from './tree-proofs.ts';
import { hashesOf, rootAt } from './tree-tiles.ts';

export interface CheckpointPorts {
  readonly clock: Clock;
  readonly tree: Pick<AuditTree, 'tiles' | 'checkpoint' | 'addCheckpoint'>;
  readonly signer: RegistrySigner;
}

/** The tree is not one that begins with what was signed before: somebody has changed what is stored. */
export class TreeTamperedError extends Error {
  override readonly name = 'TreeTamperedError';
}

/**
 * Signs how the tree is at `size`, unless it was signed at that size or a larger one already: then that is the answer.
 * Throws a `TreeTamperedError`, and signs nothing, when the tree does not begin with the one that the latest tells of.
 */
export async function makeCheckpoint(
  { clock, tree, signer }: CheckpointPorts,
  { origin, size }: { readonly origin: string; readonly size: number },
): Promise<StoredCheckpoint> {
  const latest = await tree.checkpoint();
  if (latest !== null && latest.size >= size) return latest;
  const root = await rootAt(tree, size);
  if (latest !== null) await requireConsistent(tree, latest, { size, root });
  const checkpoint = { size, at: clock.now(), note: await signCheckpoint(signer, { origin, size, root }) };
  await tree.addCheckpoint(checkpoint);
  return checkpoint;
}

async function requireConsistent(
  tree: Pick<AuditTree, 'tiles'>,
  latest: StoredCheckpoint,
  now: { readonly size: number; readonly root: Uint8Array },
): Promise<void> {
  const before = parseCheckpoint(latest.note);
  const isConsistent =
    before.size < now.size &&
    provesConsistency(before, now, await hashesOf(tree, consistencyPath(before.size, now.size)));
  if (isConsistent) return;
  throw new TreeTamperedError(
    `The audit tree of ${now.size} entries does not begin with the ${before.size} of the latest checkpoint.`,
  );
}
