// The audit tree in SQL. A trigger of the database notes every entry that is appended, however it is, in the table of
// those that wait; it leaves that table in the transaction that puts it into the tree, and not before.
import { type Kysely, sql } from 'kysely';
import type {
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
import { type AuditRow, auditEntryOf } from './audit-rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

interface AuditTreeRow {
  id: number;
  size: number;
  keeper_id: string | null;
  keeper_until: number | null;
}

interface WaitingRow {
  position: number;
  at: number;
  entry_id: string;
}

interface LeafRow {
  leaf_index: number;
  at: number;
  entry_id: string;
}

interface TileRow {
  level: number;
  tile_index: number;
  hashes: Uint8Array;
}

interface CheckpointRow {
  size: number;
  at: number;
  note: string;
}

export interface AuditTreeTables {
  audit_tree: AuditTreeRow;
  audit_waiting: WaitingRow;
  audit_leaves: LeafRow;
  audit_tiles: TileRow;
  audit_checkpoints: CheckpointRow;
}

const leavesPerStatement = 500;
const tilesPerStatement = 100;

export class SqlAuditTree implements AuditTree {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async head(): Promise<TreeHead> {
    const row = await this.#database.read
      .selectFrom('audit_tree')
      .selectAll()
      .where('id', '=', 1)
      .executeTakeFirstOrThrow();
    const { size, keeper_id: id, keeper_until: until } = row;
    return { size, keeper: id === null ? null : { id, until: new Date(until ?? 0) } };
  }

  /** What came with a transfer together with its place still waits: it is looked at, and given to nobody. */
  async waiting(limit: number): Promise<WaitingEntries> {
    const rows = await this.#database.read
      .selectFrom('audit_waiting')
      .innerJoin('audit_entries', (join) =>
        join
          .onRef('audit_entries.at', '=', 'audit_waiting.at')
          .onRef('audit_entries.id', '=', 'audit_waiting.entry_id'),
      )
      .leftJoin('audit_leaves', 'audit_leaves.entry_id', 'audit_waiting.entry_id')
      .selectAll('audit_entries')
      .select(['audit_waiting.position', 'audit_leaves.leaf_index'])
      .orderBy('audit_waiting.position')
      .limit(limit)
      .execute();
    return {
      entries: rows.filter((row) => row.leaf_index === null).map(auditEntryOf),
      receipt: rows.length === 0 ? '' : JSON.stringify(rows.map(({ position }) => position)),
      more: rows.length === limit,
    };
  }

  append({ size, entries, receipt, tiles, keeper }: TreeAddition): Promise<boolean> {
    const leaves = entries.map(({ id, at }, i) => leafRowOf({ index: size + i, entryId: id, at }));
    const waited: readonly number[] = JSON.parse(receipt);
    return this.#inTransaction(async (write) => {
      const { numUpdatedRows } = await write
        .updateTable('audit_tree')
        .set({ size: size + leaves.length, keeper_id: keeper.id, keeper_until: keeper.until.getTime() })
        .where('id', '=', 1)
        .where('size', '=', size)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      for (let start = 0; start < leaves.length; start += leavesPerStatement) {
        const some = leaves.slice(start, start + leavesPerStatement);
        await write.insertInto('audit_leaves').values(some).execute();
      }
      await putTiles(write, tiles);
      await this.#forget(write, waited);
      return true;
    });
  }

  /** Relaxed: whoever waits to write should not wait for the disk because of it. A checkpoint makes it durable. */
  #inTransaction<T>(change: (write: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#database.relaxed((connection) => connection.transaction().execute(change));
  }

  /** Only what is in the tree by now: its number may have been given to another entry since it was read. */
  async #forget(write: Kysely<Tables>, positions: readonly number[]): Promise<void> {
    if (positions.length === 0) return;
    await write
      .deleteFrom('audit_waiting')
      .where('position', 'in', positions)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('audit_leaves')
            .select('leaf_index')
            .whereRef('audit_leaves.entry_id', '=', 'audit_waiting.entry_id'),
        ),
      )
      .execute();
  }

  extend(keeper: TreeKeeping): Promise<Extension | null> {
    return extendTree({ tree: this }, keeper);
  }

  async tiles(keys: readonly TileKey[]): Promise<readonly (Uint8Array | null)[]> {
    const found = new Map<string, Uint8Array>();
    for (let start = 0; start < keys.length; start += tilesPerStatement) {
      const some = keys.slice(start, start + tilesPerStatement);
      const rows = await this.#database.read
        .selectFrom('audit_tiles')
        .selectAll()
        .where((is) =>
          is.or(
            some.map(({ level, index }) => is.and([is('level', '=', level), is('tile_index', '=', index)])),
          ),
        )
        .execute();
      for (const row of rows) found.set(`${row.level} ${row.tile_index}`, row.hashes);
    }
    return keys.map(({ level, index }) => found.get(`${level} ${index}`) ?? null);
  }

  async findLeaf(entryId: string): Promise<Leaf | null> {
    const row = await this.#database.read
      .selectFrom('audit_leaves')
      .selectAll()
      .where('entry_id', '=', entryId)
      .executeTakeFirst();
    return row === undefined ? null : leafOf(row);
  }

  async entries(from: number, count: number): Promise<readonly PlacedEntry[]> {
    const rows = await this.#database.read
      .selectFrom('audit_leaves')
      .leftJoin('audit_entries', (join) =>
        join
          .onRef('audit_entries.at', '=', 'audit_leaves.at')
          .onRef('audit_entries.id', '=', 'audit_leaves.entry_id'),
      )
      .selectAll('audit_entries')
      .select('audit_leaves.leaf_index')
      .where('leaf_index', '>=', from)
      .where('leaf_index', '<', from + count)
      .orderBy('leaf_index')
      .execute();
    return rows.map(({ leaf_index: index, ...row }) => {
      if (row.id === null) throw new StorageError('permanent', `The audit entry at place ${index} is gone.`);
      return { index, entry: auditEntryOf(row as AuditRow) };
    });
  }

  async addCheckpoint({ size, at, note }: StoredCheckpoint): Promise<void> {
    await this.#database.transaction((write) =>
      write
        .insertInto('audit_checkpoints')
        .values({ size, at: at.getTime(), note })
        .onConflict((conflict) => conflict.column('size').doNothing())
        .execute(),
    );
  }

  async checkpoint(size?: number): Promise<StoredCheckpoint | null> {
    const checkpoints = this.#database.read.selectFrom('audit_checkpoints').selectAll();
    const meant =
      size === undefined
        ? checkpoints.orderBy('size', 'desc').limit(1)
        : checkpoints.where('size', '=', size);
    const row = await meant.executeTakeFirst();
    return row === undefined ? null : checkpointOf(row);
  }
}

async function putTiles(write: Kysely<Tables>, tiles: readonly Tile[]): Promise<void> {
  for (const tile of tiles) {
    await write
      .insertInto('audit_tiles')
      .values(tileRowOf(tile))
      .onConflict((conflict) =>
        conflict.columns(['level', 'tile_index']).doUpdateSet({ hashes: tile.hashes }),
      )
      .execute();
  }
}

/** After leaves have come with a transfer: as many are in the tree. */
export async function countLeaves(write: Kysely<Tables>): Promise<void> {
  await sql`
    UPDATE audit_tree SET size = (SELECT coalesce(max(leaf_index) + 1, 0) FROM audit_leaves) WHERE id = 1`.execute(
    write,
  );
}

export function leafRowOf({ index, entryId, at }: Leaf): LeafRow {
  return { leaf_index: index, at: at.getTime(), entry_id: entryId };
}

export function leafOf({ leaf_index, at, entry_id }: LeafRow): Leaf {
  return { index: leaf_index, entryId: entry_id, at: new Date(at) };
}

export function tileRowOf({ level, index, hashes }: Tile): TileRow {
  return { level, tile_index: index, hashes };
}

export function tileOf({ level, tile_index, hashes }: TileRow): Tile {
  return { level, index: tile_index, hashes: Uint8Array.from(hashes) };
}

export function checkpointRowOf({ size, at, note }: StoredCheckpoint): CheckpointRow {
  return { size, at: at.getTime(), note };
}

export function checkpointOf({ size, at, note }: CheckpointRow): StoredCheckpoint {
  return { size, at: new Date(at), note };
}
