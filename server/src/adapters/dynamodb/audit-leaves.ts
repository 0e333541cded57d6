// Which entry is at which place of the audit tree, in the table `downloads`:
//
//   tree-leaves           <block>  256 neighbours each: their ids, times, and the chunks that they lie in
//   tree-places#<bucket>  <index>  places by the ids of entries, those of one batch that share a bucket together
//
// A bucket is the minute in which an id was made (a UUID of version 7 tells), so that a batch has one or two.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Leaf } from '../../core/audit/index.ts';
import type { DynamoDatabase, KeyPair } from './database.ts';
import { type Key, shardOf, sortableText } from './tables.ts';
import type { WorkingItems } from './working-items.ts';

/** A leaf, and where its entry lies; null: that is to be looked for. */
export interface StoredLeaf extends Leaf {
  readonly chunk: KeyPair | null;
}

export interface BlockRow {
  readonly leaves: Uint8Array;
}

interface PlacesRow {
  readonly sk: string;
  readonly places: Uint8Array;
}

type Place = readonly [entryId: string, index: number, at: number];

export const blockWidth = 256;
export const blockPartition = 'tree-leaves';
const minuteMs = 60_000;

export const blockKey = (block: number): Key => ({
  table: 'downloads',
  pk: blockPartition,
  sk: sortableText(block),
});

/** Puts leaves beside those that are there. */
export async function putLeaves(items: WorkingItems, leaves: readonly StoredLeaf[]): Promise<void> {
  const byBlock = Map.groupBy(leaves, ({ index }) => Math.floor(index / blockWidth));
  for (const [block, inBlock] of byBlock) {
    const row = await items.get<BlockRow>(blockKey(block));
    const kept = new Map((row === null ? [] : leavesOf(row)).map((leaf) => [leaf.index, leaf]));
    for (const leaf of inBlock) if (!kept.has(leaf.index)) kept.set(leaf.index, leaf);
    const sorted = [...kept.values()].sort((one, other) => one.index - other.index);
    items.put(blockKey(block), { leaves: packed(sorted) } satisfies BlockRow);
  }
  for (const [bucket, inBucket] of Map.groupBy(leaves, ({ entryId }) => bucketOf(entryId))) {
    const places: readonly Place[] = inBucket.map(({ entryId, index, at }) => [entryId, index, at.getTime()]);
    const sk = sortableText(inBucket[0]?.index ?? 0);
    items.put({ table: 'downloads', pk: partitionOf(bucket), sk }, { places: packed(places) });
  }
}

/** Those of the ids that are in the tree. */
export async function findLeaves(
  database: DynamoDatabase,
  entryIds: readonly string[],
): Promise<ReadonlyMap<string, Leaf>> {
  const wanted = new Set(entryIds);
  const found = new Map<string, Leaf>();
  for (const bucket of new Set(entryIds.map(bucketOf))) {
    const rows = database.query<PlacesRow>({ table: 'downloads', partition: partitionOf(bucket) });
    for await (const { places } of rows) {
      for (const [entryId, index, at] of unpacked<readonly Place[]>(places)) {
        if (wanted.has(entryId)) found.set(entryId, { index, entryId, at: new Date(at) });
      }
    }
  }
  return found;
}

export function leavesOf({ leaves }: BlockRow): StoredLeaf[] {
  const given = unpacked<readonly (Omit<StoredLeaf, 'at'> & { readonly at: string })[]>(leaves);
  return given.map((leaf) => ({ ...leaf, at: new Date(leaf.at) }));
}

/** How many items `putLeaves` puts for places. */
export function bucketsOf(entryIds: readonly string[]): number {
  return new Set(entryIds.map(bucketOf)).size;
}

function bucketOf(entryId: string): string {
  const [, first, second] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/.exec(entryId) ?? [];
  if (first === undefined || second === undefined) return shardOf('other', entryId, 8);
  return String(Math.floor(Number.parseInt(first + second, 16) / minuteMs));
}

function partitionOf(bucket: string): string {
  return `tree-places#${bucket}`;
}

function packed(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value));
}

function unpacked<T>(bytes: Uint8Array): T {
  return JSON.parse(inflateRawSync(bytes).toString());
}
