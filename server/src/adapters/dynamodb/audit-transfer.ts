// Audit entries as plain records, for moving a registry from engine to engine: read out of the logs and the list of all
// others.
import type { AuditEntry, Leaf, StoredCheckpoint, Tile } from '../../core/audit/index.ts';
import { cursorFrom, sortKeyOf } from '../../core/paging.ts';
import { type KindTransfer, neverRemoved, type RecordTransfer } from '../../core/transfer/index.ts';
import type { DynamoAuditLog } from './audit.ts';
import { type ChunkRow, entriesOf } from './audit-chunks.ts';
import { type BlockRow, blockKey, blockPartition, blockWidth, leavesOf, putLeaves } from './audit-leaves.ts';
import {
  type CheckpointRow,
  checkpointOf,
  checkpointPartition,
  type DynamoAuditTree,
  type HeadRow,
  headKey,
  type TileRow,
  tileKey,
  tilePartitions,
} from './audit-tree.ts';
import type { DynamoDatabase, KeyPair } from './database.ts';
import { eachAtOnce, keptKind } from './kept-items.ts';
import { commitItems } from './transaction.ts';

const chunksAtOnce = 20;

export function auditTransfer(
  database: DynamoDatabase,
  audit: DynamoAuditLog,
  tree: DynamoAuditTree,
): Pick<RecordTransfer, 'audit-entry' | 'audit-leaf' | 'audit-tile' | 'audit-checkpoint'> {
  return {
    'audit-entry': auditEntryTransfer(database, audit),
    'audit-leaf': leafTransfer(database),
    'audit-tile': keptKind<Tile, TileRow>(database, {
      table: 'downloads',
      among: { when: 'begins_with(#pk, :tiles)', values: { tiles: tilePartitions } },
      recordOf: tileOf,
      find: async (tile) => {
        const row = await database.get<TileRow>(tileKey(tile));
        return row && tileOf(row);
      },
      put: (tiles) =>
        database.writeMany(tiles.map((tile) => ({ key: tileKey(tile), attributes: { ...tile } }))),
      remove: neverRemoved,
    }),
    'audit-checkpoint': keptKind<StoredCheckpoint, CheckpointRow>(database, {
      table: 'downloads',
      among: { when: '#pk = :checkpoints', values: { checkpoints: checkpointPartition } },
      recordOf: checkpointOf,
      find: async ({ size }) => tree.checkpoint(size),
      put: async (checkpoints) => {
        await eachAtOnce(checkpoints, (checkpoint) => tree.addCheckpoint(checkpoint));
      },
      remove: neverRemoved,
    }),
  };
}

function tileOf({ level, index, hashes }: TileRow): Tile {
  return { level, index, hashes: Uint8Array.from(hashes) };
}

/** So many leaves lie in few enough buckets for one transaction. */
const leavesAtOnce = 50;

function leafTransfer(database: DynamoDatabase): KindTransfer<Leaf> {
  return {
    async read(after, limit) {
      const from = after === null ? '0' : String(sortKeyOf(after, ['string'])[0]);
      const rows = database.query<BlockRow & KeyPair>({
        table: 'downloads',
        partition: blockPartition,
        sort: { from },
        pageSize: 10,
      });
      const records: Leaf[] = [];
      for await (const row of rows) {
        if (records.length >= limit) return { records, next: cursorFrom([row.sk]) };
        records.push(...leavesOf(row).map(leafOf));
      }
      return { records, next: null };
    },
    async match(leaves) {
      const numbers = [...new Set(leaves.map(({ index }) => Math.floor(index / blockWidth)))];
      const blocks = await database.getMany<BlockRow>(numbers.map(blockKey));
      const kept = blocks.flatMap((block) => (block === null ? [] : leavesOf(block)));
      const byIndex = new Map(kept.map((leaf) => [leaf.index, leafOf(leaf)]));
      return leaves.map(({ index }) => byIndex.get(index) ?? null);
    },
    async put(leaves) {
      for (let start = 0; start < leaves.length; start += leavesAtOnce) {
        const some = leaves.slice(start, start + leavesAtOnce);
        await commitItems(database, async (items) => {
          await putLeaves(
            items,
            some.map((leaf) => ({ ...leaf, chunk: null })),
          );
          const head = await items.get<HeadRow>(headKey);
          const size = Math.max(head?.size ?? 0, ...some.map(({ index }) => index + 1));
          items.put(headKey, { size, keeper: head?.keeper ?? null } satisfies HeadRow);
        });
      }
    },
    remove: neverRemoved,
  };
}

function leafOf({ index, entryId, at }: Leaf): Leaf {
  return { index, entryId, at };
}

function auditEntryTransfer(database: DynamoDatabase, audit: DynamoAuditLog): KindTransfer<AuditEntry> {
  const find = (entry: AuditEntry) => audit.find(entry);
  return {
    async read(after, limit) {
      const [pk, sk] = after === null ? [] : (sortKeyOf(after, ['string', 'string']) as [string, string]);
      let place = pk === undefined || sk === undefined ? null : { pk, sk };
      const among = {
        when: 'begins_with(#pk, :all) OR begins_with(#pk, :log)',
        values: { all: 'all#', log: 'log#' },
      };
      const records: AuditEntry[] = [];
      do {
        const { rows, next } = await database.scan<ChunkRow>('downloads', among, place, chunksAtOnce);
        records.push(...rows.flatMap(entriesOf));
        place = next;
      } while (place !== null && records.length < limit);
      return { records, next: place && cursorFrom([place.pk, place.sk]) };
    },
    match: (entries) => eachAtOnce(entries, find),
    async put(entries) {
      const known = await eachAtOnce(entries, find);
      await audit.appendNew(entries.filter((_, i) => known[i] === null));
    },
    remove: neverRemoved,
  };
}
