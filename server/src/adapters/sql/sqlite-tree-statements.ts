// What extending the audit tree asks of an SQLite database, in statements of its own: the thread that does it loads no query
// builder. The same as audit-tree.ts, which the contract of the tree holds both to.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AuditTree, TileKey, TreeAddition, TreeHead, WaitingEntries } from '../../core/audit/index.ts';
import { type AuditRow, auditEntryOf } from './audit-rows.ts';
import { told } from './sqlite-failures.ts';
import { inOneTransaction } from './sqlite-immediate.ts';

type ExtendedTree = Pick<AuditTree, 'head' | 'waiting' | 'append' | 'tiles'>;

interface HeadRow {
  readonly size: number;
  readonly keeper_id: string | null;
  readonly keeper_until: number | null;
}

export class SqliteTreeStatements implements ExtendedTree {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async head(): Promise<TreeHead> {
    const row = this.#statement('SELECT * FROM audit_tree WHERE id = 1').get() as HeadRow | undefined;
    const { size = 0, keeper_id: id = null, keeper_until: until = null } = row ?? {};
    return { size, keeper: id === null ? null : { id, until: new Date(until ?? 0) } };
  }

  async waiting(limit: number): Promise<WaitingEntries> {
    const statement = this.#statement(`
      SELECT e.*, w.position, l.leaf_index FROM audit_waiting w
      JOIN audit_entries e ON e.at = w.at AND e.id = w.entry_id
      LEFT JOIN audit_leaves l ON l.entry_id = w.entry_id
      ORDER BY w.position LIMIT ?`);
    const found = told(() => statement.all(limit)) as unknown[];
    const rows = found as (AuditRow & { position: number; leaf_index: number | null })[];
    return {
      entries: rows.filter((row) => row.leaf_index === null).map(auditEntryOf),
      receipt: rows.length === 0 ? '' : JSON.stringify(rows.map(({ position }) => position)),
      more: rows.length === limit,
    };
  }

  async append(addition: TreeAddition): Promise<boolean> {
    return inOneTransaction(this.#database, () => this.#append(addition));
  }

  #append({ size, entries, receipt, tiles, keeper }: TreeAddition): boolean {
    const { changes } = this.#statement(
      'UPDATE audit_tree SET size = ?, keeper_id = ?, keeper_until = ? WHERE id = 1 AND size = ?',
    ).run(size + entries.length, keeper.id, keeper.until.getTime(), size);
    if (Number(changes) === 0) return false;
    const leaf = this.#statement('INSERT INTO audit_leaves (leaf_index, at, entry_id) VALUES (?, ?, ?)');
    for (const [i, { id, at }] of entries.entries()) leaf.run(size + i, at.getTime(), id);
    const tile = this.#statement(`
      INSERT INTO audit_tiles (level, tile_index, hashes) VALUES (?, ?, ?)
      ON CONFLICT (level, tile_index) DO UPDATE SET hashes = excluded.hashes`);
    for (const { level, index, hashes } of tiles) tile.run(level, index, hashes);
    this.#statement(`
      DELETE FROM audit_waiting WHERE position IN (SELECT value FROM json_each(?))
      AND EXISTS (SELECT 1 FROM audit_leaves l WHERE l.entry_id = audit_waiting.entry_id)`).run(receipt);
    return true;
  }

  async tiles(keys: readonly TileKey[]): Promise<readonly (Uint8Array | null)[]> {
    const statement = this.#statement('SELECT hashes FROM audit_tiles WHERE level = ? AND tile_index = ?');
    return keys.map(({ level, index }) => {
      const row = told(() => statement.get(level, index));
      return (row as { hashes: Uint8Array } | undefined)?.hashes ?? null;
    });
  }

  #statement(text: string): StatementSync {
    let statement = this.#prepared.get(text);
    if (statement === undefined) {
      statement = told(() => this.#database.prepare(text));
      this.#prepared.set(text, statement);
    }
    return statement;
  }
}
