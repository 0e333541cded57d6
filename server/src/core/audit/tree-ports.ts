import type { AuditEntry } from './audit-entry.ts';
import type { Tile, TileKey } from './tree-tiles.ts';

/** Which entry is at which place of the tree. */
export interface Leaf {
  readonly index: number;
  readonly entryId: string;
  /** The entry's `at`: by time and id an engine finds it. */
  readonly at: Date;
}

export interface PlacedEntry {
  readonly index: number;
  readonly entry: AuditEntry;
}

export interface TreeHead {
  /** How many entries are in the tree. */
  readonly size: number;
  /** Who has appended last, and until when nobody else needs to try. */
  readonly keeper: TreeKeeping | null;
}

export interface TreeKeeping {
  readonly id: string;
  readonly until: Date;
}

/** Entries that are durable and not in the tree yet. */
export interface WaitingEntries {
  readonly entries: readonly AuditEntry[];
  /** For `append`: what the engine needs to know that these do not wait any more. Empty: nothing was found at all. */
  readonly receipt: string;
  /** True when more may be waiting. */
  readonly more: boolean;
}

export interface TreeAddition {
  /** How many entries the tree has before. */
  readonly size: number;
  /** All that were waiting, in the order of their places. */
  readonly entries: readonly AuditEntry[];
  readonly receipt: string;
  /** As they are afterwards; in the place of those with the same keys. */
  readonly tiles: readonly Tile[];
  readonly keeper: TreeKeeping;
}

/** What became of a batch; null: somebody else has appended meanwhile, and nothing was done. */
export interface Extension {
  readonly size: number;
  readonly appended: number;
  /** True when more may be waiting. */
  readonly more: boolean;
}

/** A signed statement of how the tree was; see checkpoint.ts. */
export interface StoredCheckpoint {
  readonly size: number;
  readonly at: Date;
  /** The signed note. */
  readonly note: string;
}

/** The Merkle tree over the audit entries: which entry is where, and the hashes. It only ever grows. */
export interface AuditTree {
  /** One keyed read. */
  head(): Promise<TreeHead>;

  /**
   * At most about `limit` (1 to 1,000) of the entries that wait. Every entry whose append or commit has resolved is
   * among them until it is in the tree, however late it came and whatever its time; an engine may give it out some
   * minutes later. Never one that is in the tree.
   */
  waiting(limit: number): Promise<WaitingEntries>;

  /**
   * Puts entries that were waiting at the next places, all or nothing. When it resolves with true, a crash of the process
   * loses nothing of it; a power cut may take back what was appended last, but nothing that a stored checkpoint covers.
   * False, and nothing done, when the tree does not have `size` entries any more: of several who append at the same
   * time, one does. With nothing to append it only makes the engine forget what was found not to wait.
   */
  append(addition: TreeAddition): Promise<boolean>;

  /**
   * Puts a batch of those that wait into the tree, as `extendTree` does with the methods above; apart from requests
   * where the process would be busy with it for longer than they should notice.
   */
  extend(keeper: TreeKeeping): Promise<Extension | null>;

  /** Any number of tiles, in the order of the keys; null where there is none. */
  tiles(keys: readonly TileKey[]): Promise<readonly (Uint8Array | null)[]>;

  /** Null when the entry is not in the tree. */
  findLeaf(entryId: string): Promise<Leaf | null>;

  /**
   * The entries at the places from `from` on, `count` (1 to 1,000) or as many as there are, in their order. Rejects with
   * a `StorageError` (`permanent`) when an entry that is in the tree is not stored any more.
   */
  entries(from: number, count: number): Promise<readonly PlacedEntry[]>;

  /** Stores the checkpoint, unless there is one of this size; durably, together with the tree that it covers. */
  addCheckpoint(checkpoint: StoredCheckpoint): Promise<void>;

  /** That of this size; the latest without one. */
  checkpoint(size?: number): Promise<StoredCheckpoint | null>;
}
