// The audit tree, in the table `downloads`:
//
//   tree                 head      how many entries are in it, and who has appended last
//   tree-tiles#<level>   <index>   up to 256 hashes
//   tree-checkpoints     <size>    one signed note
//
// and what audit-leaves.ts and audit-waiting.ts draw. A batch is one transaction over all of them, which holds only if
// the head is still the one that it was made for.

import type {
  AuditEntry,
  AuditTree,
  Extension,
  Leaf,
  PlacedEntry,
  StoredCheckpoint,
  TileKey,
  TreeAddition,
  TreeHead,
  TreeKeeping,
  WaitingEntries,
} from '../../core/audit/index.ts';
import { extendTree } from '../../core/audit/index.ts';
import { StorageError } from '../../core/errors.ts';
import type { DynamoAuditLog } from './audit.ts';
import {
  type BlockRow,
  blockKey,
  blockWidth,
  bucketsOf,
  findLeaves,
  leavesOf,
  putLeaves,
  type StoredLeaf,
} from './audit-leaves.ts';
import { entriesIn, type FoundEntry, forgetWaiting, lookForWaiting } from './audit-waiting.ts';
import type { DynamoDatabase, KeyPair } from './database.ts';
import { take } from './ranges.ts';
import { type Key, sortableText } from './tables.ts';
import { commitItems } from './transaction.ts';

export interface HeadRow {
  readonly size: number;
  readonly keeper: { readonly id: string; readonly until: number } | null;
}

export interface TileRow {
  readonly level: number;
  readonly index: number;
  readonly hashes: Uint8Array;
}

export interface CheckpointRow {
  readonly size: number;
  readonly at: number;
  readonly note: string;
}

interface Receipt {
  readonly waiting: readonly string[];
  readonly logs: readonly { readonly shard: number; readonly upTo: string }[];
  /** Ids of entries by the chunks that they lie in. */
  readonly chunks: readonly (readonly [KeyPair, readonly string[]])[];
}

/** A batch writes an item for each bucket; together with all others they fit into one transaction. */
const mostBuckets = 60;

export const headKey: Key = { table: 'downloads', pk: 'tree', sk: 'head' };
export const checkpointPartition = 'tree-checkpoints';
export const tilePartitions = 'tree-tiles#';

export const tileKey = ({ level, index }: TileKey): Key => ({
  table: 'downloads',
  pk: `${tilePartitions}${level}`,
  sk: sortableText(index),
});

const checkpointKey = (size: number): Key => ({
  table: 'downloads',
  pk: checkpointPartition,
  sk: sortableText(size),
});

export class DynamoAuditTree implements AuditTree {
  readonly #database: DynamoDatabase;
  readonly #log: DynamoAuditLog;

  constructor(database: DynamoDatabase, log: DynamoAuditLog) {
    this.#database = database;
    this.#log = log;
  }

  async head(): Promise<TreeHead> {
    const row = await this.#database.get<HeadRow>(headKey);
    if (row === null) return this.#begin();
    return { size: row.size, keeper: row.keeper && { id: row.keeper.id, until: new Date(row.keeper.until) } };
  }

  /** The first time: what the lists had before there was a tree waits for it. */
  async #begin(): Promise<TreeHead> {
    await this.#log.haveListedWait();
    await commitItems(this.#database, async (items) => {
      const head = await items.get<HeadRow>(headKey);
      if (head === null) items.put(headKey, { size: 0, keeper: null } satisfies HeadRow);
    });
    return { size: 0, keeper: null };
  }

  async waiting(limit: number): Promise<WaitingEntries> {
    const fits = (found: readonly FoundEntry[], next: readonly FoundEntry[]) =>
      found.length < limit && bucketsOf([...found, ...next].map(({ entry }) => entry.id)) <= mostBuckets;
    const { found, waiting, logs, more } = await lookForWaiting(this.#database, fits);
    if (waiting.length === 0 && logs.length === 0) return { entries: [], receipt: '', more };
    // An entry may lie in two chunks when an answer was lost, and one that came with a transfer is in the tree.
    const placed = await findLeaves(
      this.#database,
      found.map(({ entry }) => entry.id),
    );
    const missing = found.filter(({ entry }) => !placed.has(entry.id));
    const entries = [...new Map(missing.map(({ entry }) => [entry.id, entry])).values()];
    const chunks = Map.groupBy(missing, ({ chunk }) => JSON.stringify([chunk.pk, chunk.sk]));
    const receipt: Receipt = {
      waiting,
      logs,
      chunks: [...chunks.values()].map((inOne) => [
        inOne[0]?.chunk ?? { pk: '', sk: '' },
        inOne.map(({ entry }) => entry.id),
      ]),
    };
    return { entries, receipt: JSON.stringify(receipt), more };
  }

  async append({ size, entries, receipt, tiles, keeper }: TreeAddition): Promise<boolean> {
    const { waiting, logs, chunks }: Receipt = JSON.parse(receipt);
    const chunkOf = new Map(chunks.flatMap(([chunk, ids]) => ids.map((id) => [id, chunk] as const)));
    const leaves = entries.map(({ id, at }, i) => ({
      index: size + i,
      entryId: id,
      at,
      chunk: chunkOf.get(id) ?? null,
    }));
    let isAppended = false;
    await commitItems(this.#database, async (items) => {
      const head = await items.get<HeadRow>(headKey);
      isAppended = (head?.size ?? 0) === size;
      if (!isAppended) return;
      const kept = { id: keeper.id, until: keeper.until.getTime() };
      items.put(headKey, { size: size + leaves.length, keeper: kept } satisfies HeadRow);
      await putLeaves(items, leaves);
      for (const tile of tiles) items.put(tileKey(tile), { ...tile } satisfies TileRow);
      await forgetWaiting(items, { waiting, logs });
    });
    return isAppended;
  }

  extend(keeper: TreeKeeping): Promise<Extension | null> {
    return extendTree({ tree: this }, keeper);
  }

  async tiles(keys: readonly TileKey[]): Promise<readonly (Uint8Array | null)[]> {
    const rows = await this.#database.getMany<TileRow>(keys.map(tileKey));
    return rows.map((row) => row?.hashes ?? null);
  }

  async findLeaf(entryId: string): Promise<Leaf | null> {
    return (await findLeaves(this.#database, [entryId])).get(entryId) ?? null;
  }

  async entries(from: number, count: number): Promise<readonly PlacedEntry[]> {
    const leaves = await this.#leaves(from, count);
    const found = await this.#entriesOf(leaves);
    return leaves.map((leaf) => {
      const entry = found.get(leaf.entryId);
      if (entry === undefined) {
        throw new StorageError('permanent', `The audit entry at place ${leaf.index} is gone.`);
      }
      return { index: leaf.index, entry };
    });
  }

  async #leaves(from: number, count: number): Promise<StoredLeaf[]> {
    const [first, last] = [Math.floor(from / blockWidth), Math.floor((from + count - 1) / blockWidth)];
    const keys = Array.from({ length: last - first + 1 }, (_, i) => blockKey(first + i));
    const blocks = await this.#database.getMany<BlockRow>(keys);
    const leaves = blocks.flatMap((block) => (block === null ? [] : leavesOf(block)));
    return leaves.filter(({ index }) => index >= from && index < from + count);
  }

  async #entriesOf(leaves: readonly StoredLeaf[]): Promise<ReadonlyMap<string, AuditEntry>> {
    const chunks = leaves.flatMap(({ chunk }) => chunk ?? []);
    const unique = [...new Map(chunks.map((chunk) => [`${chunk.pk} ${chunk.sk}`, chunk])).values()];
    const [inChunks, elsewhere] = await Promise.all([
      entriesIn(this.#database, unique),
      this.#log.findAll(leaves.filter(({ chunk }) => chunk === null)),
    ]);
    return new Map([...inChunks.map(({ entry }) => entry), ...elsewhere].map((entry) => [entry.id, entry]));
  }

  async addCheckpoint({ size, at, note }: StoredCheckpoint): Promise<void> {
    const row: CheckpointRow = { size, at: at.getTime(), note };
    await this.#database.put(checkpointKey(size), { ...row }, { when: 'attribute_not_exists(#pk)' });
  }

  async checkpoint(size?: number): Promise<StoredCheckpoint | null> {
    const row =
      size === undefined
        ? await this.#latestCheckpoint()
        : await this.#database.get<CheckpointRow>(checkpointKey(size));
    return row && checkpointOf(row);
  }

  async #latestCheckpoint(): Promise<CheckpointRow | null> {
    const range = {
      table: 'downloads',
      partition: checkpointPartition,
      descending: true,
      pageSize: 1,
    } as const;
    const [row] = await take(this.#database.query<CheckpointRow>(range), 1);
    return row ?? null;
  }
}

export function checkpointOf({ size, at, note }: CheckpointRow): StoredCheckpoint {
  return { size, at: new Date(at), note };
}
