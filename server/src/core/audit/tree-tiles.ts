// The hashes of the tree as they are stored: in tiles of up to 256 neighbours. Between a tile's row and that of the level
// above lie eight heights, whose hashes are computed when they are asked for.
//
//   level 1   height 8     tile 0 of level 1: roots of complete tiles of level 0, in their order
//                          ▲          ▲
//   level 0   leaves       tile 0     tile 1     tile 2 (not complete)
//
// So a tree of ten million leaves is read along three tiles, and appending to it writes one or two.

import { type LeafRange, type Subtree, subtreesOf } from './subtrees.ts';
import { hashBytes, hashNode, rootOver, type TreeHash } from './tree-hash.ts';
import type { AuditTree } from './tree-ports.ts';

export const tileWidth = 256;
const tileHeight = 8;

export interface TileKey {
  readonly level: number;
  readonly index: number;
}

export interface Tile extends TileKey {
  /** 1 to 256 hashes of 32 bytes. */
  readonly hashes: Uint8Array;
}

/** Where the hashes lie that a perfect subtree is computed of: `count` of them in one tile, from `first` on. */
interface TilePart {
  readonly key: TileKey;
  readonly first: number;
  readonly count: number;
}

/** The hash of each range, which must begin where a subtree of its width could; read with one question. */
export async function hashesOf(
  tree: Pick<AuditTree, 'tiles'>,
  ranges: readonly LeafRange[],
): Promise<readonly TreeHash[]> {
  const subtrees = ranges.map(subtreesOf);
  const hashes = await subtreeHashes(tree, subtrees.flat());
  let taken = 0;
  return subtrees.map(({ length }) => {
    taken += length;
    return rootOver(hashes.slice(taken - length, taken));
  });
}

export async function subtreeHashes(
  tree: Pick<AuditTree, 'tiles'>,
  subtrees: readonly Subtree[],
): Promise<readonly TreeHash[]> {
  const parts = subtrees.map(partOf);
  const keys = [...new Map(parts.map(({ key }) => [textOf(key), key])).values()];
  const found = await tree.tiles(keys);
  const tiles = new Map(keys.map((key, i) => [textOf(key), found[i] ?? null]));
  return parts.map((part) => hashIn(tiles.get(textOf(part.key)) ?? null, part));
}

export function rootAt(tree: Pick<AuditTree, 'tiles'>, size: number): Promise<TreeHash> {
  return hashesOf(tree, [{ from: 0, until: size }]).then(([root = rootOver([])]) => root);
}

function partOf({ height, index }: Subtree): TilePart {
  const level = Math.floor(height / tileHeight);
  const count = 2 ** (height - level * tileHeight);
  const place = index * count;
  return { key: { level, index: Math.floor(place / tileWidth) }, first: place % tileWidth, count };
}

function hashIn(tile: Uint8Array | null, { key, first, count }: TilePart): TreeHash {
  const from = first * hashBytes;
  const until = from + count * hashBytes;
  if (tile === null || tile.length < until) throw new Error(`The audit tree lacks hashes in ${textOf(key)}.`);
  return perfectRoot(Buffer.from(tile.subarray(from, until)));
}

/** Over 2ⁿ hashes. */
function perfectRoot(hashes: Buffer): TreeHash {
  if (hashes.length === hashBytes) return hashes;
  const middle = hashes.length / 2;
  return hashNode(perfectRoot(hashes.subarray(0, middle)), perfectRoot(hashes.subarray(middle)));
}

function textOf({ level, index }: TileKey): string {
  return `tile ${index} of level ${level}`;
}

/** The tiles at the right end of a tree, to which leaves are appended. */
export class TreeEdge {
  #size: number;
  /** By level, the tile that is not complete. */
  readonly #open: OpenTile[];
  #complete: Tile[] = [];

  private constructor(size: number, open: OpenTile[]) {
    this.#size = size;
    this.#open = open;
  }

  static async of(tree: Pick<AuditTree, 'tiles'>, size: number): Promise<TreeEdge> {
    const rows = rowsOf(size);
    const keys = rows.map((width, level) => ({ level, index: Math.floor(width / tileWidth) }));
    const tiles = await tree.tiles(keys);
    const open = rows.map((width, level) => {
      const bytes = (width % tileWidth) * hashBytes;
      const tile = tiles[level] ?? new Uint8Array();
      if (tile.length < bytes) throw new Error(`The audit tree of ${size} leaves lacks hashes at its end.`);
      return new OpenTile(level, Math.floor(width / tileWidth), tile.subarray(0, bytes));
    });
    return new TreeEdge(size, open);
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: TreeHash): void {
    this.#put(0, leaf);
    this.#size += 1;
  }

  /** The tiles that have changed since they were taken the last time, as they are now. */
  takeChanged(): Tile[] {
    const changed = [...this.#complete, ...this.#open.flatMap((tile) => tile.takeChanged())];
    this.#complete = [];
    return changed;
  }

  #put(level: number, hash: TreeHash): void {
    const tile = this.#open[level] ?? new OpenTile(level, 0, new Uint8Array());
    tile.push(hash);
    this.#open[level] = tile;
    if (!tile.isComplete) return;
    this.#complete.push(tile.kept());
    this.#open[level] = new OpenTile(level, tile.index + 1, new Uint8Array());
    this.#put(level + 1, perfectRoot(Buffer.from(tile.kept().hashes)));
  }
}

class OpenTile {
  readonly #level: number;
  readonly index: number;
  readonly #hashes = Buffer.alloc(tileWidth * hashBytes);
  #bytes: number;
  #changed = false;

  constructor(level: number, index: number, hashes: Uint8Array) {
    this.#level = level;
    this.index = index;
    this.#hashes.set(hashes);
    this.#bytes = hashes.length;
  }

  get isComplete(): boolean {
    return this.#bytes === this.#hashes.length;
  }

  push(hash: TreeHash): void {
    this.#hashes.set(hash, this.#bytes);
    this.#bytes += hashBytes;
    this.#changed = true;
  }

  kept(): Tile {
    return { level: this.#level, index: this.index, hashes: this.#hashes.subarray(0, this.#bytes) };
  }

  takeChanged(): Tile[] {
    if (!this.#changed) return [];
    this.#changed = false;
    const { hashes, ...key } = this.kept();
    return [{ ...key, hashes: Uint8Array.from(hashes) }];
  }
}

/** How many hashes each level has, for as long as it has any. */
function rowsOf(size: number): number[] {
  const rows: number[] = [];
  for (let width = size; width > 0; width = Math.floor(width / tileWidth)) rows.push(width);
  return rows;
}
