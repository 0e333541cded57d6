import { RegistryError } from '../errors.ts';
import { endLine, entryLine, headerLine } from './export-format.ts';
import { GrowingTree } from './growing-tree.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { subtreesOf } from './subtrees.ts';
import { hashBytes } from './tree-hash.ts';
import type { AuditTree } from './tree-ports.ts';
import { subtreeHashes, tileWidth } from './tree-tiles.ts';

export interface ExportRange {
  /** The place of the first entry; default: the first of all. */
  readonly from?: number | undefined;
  /** The place behind the last one; default: as far as the checkpoint reaches. */
  readonly until?: number | undefined;
  /** That of the checkpoint; default: the latest. */
  readonly size?: number | undefined;
}

/**
 * The entries of a range with all that it takes to verify them without the registry, line by line (export-format.ts).
 * Throws `not-found` without a checkpoint and `invalid-request` for a range that it does not reach, before any line. The
 * hashes are those of the tree: an entry that was changed where it is stored does not have its hash.
 */
export async function exportTree(
  { auditTree }: { readonly auditTree: AuditTree },
  asked: ExportRange = {},
): Promise<AsyncGenerator<string>> {
  const checkpoint = await readCheckpoint({ auditTree }, asked.size);
  const { from = 0, until = checkpoint.size } = asked;
  if (from > until || until > checkpoint.size) {
    const reach = `The checkpoint reaches from 0 until ${checkpoint.size}`;
    throw new RegistryError(
      'invalid-request',
      `${reach}, which the range from ${from} until ${until} does not fit.`,
    );
  }
  const [left, right] = await Promise.all([
    subtreeHashes(auditTree, subtreesOf({ from: 0, until: from })),
    subtreeHashes(auditTree, subtreesOf({ from: until, until: checkpoint.size })),
  ]);
  const header = headerLine({ checkpoint: checkpoint.note, from, until, left, right });
  return lines(auditTree, { header, from, until, left });
}

async function* lines(
  tree: AuditTree,
  { header, from, until, left }: { header: string; from: number; until: number; left: readonly Uint8Array[] },
): AsyncGenerator<string> {
  yield header;
  const growing = new GrowingTree(from, left);
  while (growing.size < until) {
    const first = growing.size;
    const tileIndex = Math.floor(first / tileWidth);
    const count = Math.min(until, (tileIndex + 1) * tileWidth) - first;
    const [placed, [tile]] = await Promise.all([
      tree.entries(first, count),
      tree.tiles([{ level: 0, index: tileIndex }]),
    ]);
    for (const { index, entry } of placed) {
      const place = (index % tileWidth) * hashBytes;
      const hash = Buffer.from(tile?.subarray(place, place + hashBytes) ?? []);
      yield entryLine({ index, entry, hash, subtrees: growing.push(hash) });
    }
    if (growing.size !== first + count)
      throw new Error(`The audit tree lacks entries from ${growing.size} on.`);
  }
  yield endLine(until);
}
