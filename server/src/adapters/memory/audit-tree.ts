import type {
  AuditEntry,
  AuditTree,
  Extension,
  Leaf,
  PlacedEntry,
  StoredCheckpoint,
  Tile,
  TileKey,
  TreeAddition,
  TreeHead,
  TreeKeeping,
  WaitingEntries,
} from '../../core/audit/index.ts';
import { extendTree } from '../../core/audit/index.ts';
import { StorageError } from '../../core/errors.ts';
import type { MemoryAuditLog } from './audit.ts';
import { mapRecords } from './kept-records.ts';

export class MemoryAuditTree implements AuditTree {
  readonly #log: MemoryAuditLog;
  readonly #leaves = new Map<string, Leaf>();
  readonly #byEntry = new Map<string, Leaf>();
  readonly #tiles = new Map<string, Tile>();
  readonly #checkpoints = new Map<string, StoredCheckpoint>();
  #keeper: TreeKeeping | null = null;

  readonly keptLeaves = {
    ...mapRecords(this.#leaves, ({ index }) => `${index}`),
    put: (leaf: Leaf) => this.#place(leaf),
  };
  readonly keptTiles = mapRecords(this.#tiles, tileText);
  readonly keptCheckpoints = {
    ...mapRecords(this.#checkpoints, ({ size }) => `${size}`),
    put: (checkpoint: StoredCheckpoint) => this.addCheckpoint(checkpoint),
  };

  constructor(log: MemoryAuditLog) {
    this.#log = log;
  }

  async head(): Promise<TreeHead> {
    return { size: this.#leaves.size, keeper: this.#keeper };
  }

  async waiting(limit: number): Promise<WaitingEntries> {
    const entries: AuditEntry[] = [];
    for (const entry of this.#log.kept.all()) {
      if (!this.#byEntry.has(entry.id)) entries.push(entry);
      if (entries.length === limit) break;
    }
    return { entries, receipt: entries.length === 0 ? '' : 'some', more: entries.length === limit };
  }

  async append({ size, entries, tiles, keeper }: TreeAddition): Promise<boolean> {
    if (size !== this.#leaves.size) return false;
    for (const [i, { id, at }] of entries.entries()) this.#place({ index: size + i, entryId: id, at });
    for (const tile of tiles) this.#tiles.set(tileText(tile), tile);
    this.#keeper = keeper;
    return true;
  }

  extend(keeper: TreeKeeping): Promise<Extension | null> {
    return extendTree({ tree: this }, keeper);
  }

  async tiles(keys: readonly TileKey[]): Promise<readonly (Uint8Array | null)[]> {
    return keys.map((key) => this.#tiles.get(tileText(key))?.hashes ?? null);
  }

  async findLeaf(entryId: string): Promise<Leaf | null> {
    return this.#byEntry.get(entryId) ?? null;
  }

  async entries(from: number, count: number): Promise<readonly PlacedEntry[]> {
    const found: PlacedEntry[] = [];
    for (let index = from; index < Math.min(from + count, this.#leaves.size); index++) {
      const entryId = this.#leaves.get(`${index}`)?.entryId;
      const entry = [...this.#log.kept.all()].find(({ id }) => id === entryId);
      if (entry === undefined)
        throw new StorageError('permanent', `The audit entry at place ${index} is gone.`);
      found.push({ index, entry });
    }
    return found;
  }

  async addCheckpoint(checkpoint: StoredCheckpoint): Promise<void> {
    const key = `${checkpoint.size}`;
    if (!this.#checkpoints.has(key)) this.#checkpoints.set(key, checkpoint);
  }

  async checkpoint(size?: number): Promise<StoredCheckpoint | null> {
    const latest = Math.max(0, ...[...this.#checkpoints.values()].map((one) => one.size));
    return this.#checkpoints.get(`${size ?? latest}`) ?? null;
  }

  #place(leaf: Leaf): void {
    this.#leaves.set(`${leaf.index}`, leaf);
    this.#byEntry.set(leaf.entryId, leaf);
  }
}

function tileText({ level, index }: TileKey): string {
  return `${level} ${index}`;
}
