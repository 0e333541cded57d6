// One kind of record in one table, read and written whole: the common part of moving records from engine to engine.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { cursorFrom, type SortKey, sortKeyOf } from '../../core/paging.ts';
import type { KeptPage, KindTransfer } from '../../core/transfer/index.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

export interface KeptTable<R, Row extends object> {
  readonly table: keyof Tables & string;
  /** The columns that tell records apart. */
  readonly key: readonly (keyof Row & string)[];
  /** The columns that a walk follows, and what they hold; absent: the key, which is text. */
  readonly order?: Readonly<Record<string, 'string' | 'number'>>;
  /** Which rows of the table are meant; absent: all. */
  readonly where?: RawBuilder<unknown>;
  /** What is read beside the columns of the table. */
  readonly reading?: RawBuilder<unknown>;
  readonly rowOf: (record: R) => Row;
  readonly recordOf: (row: Row) => R;
  /** What becomes of a row that is there already; absent: it is replaced. */
  readonly onConflict?: 'stays';
  /** Before the rows are stored, in the same transaction. Resolves with those that can be. */
  readonly admit?: (write: Kysely<Tables>, rows: readonly Row[]) => Promise<readonly Row[]>;
  /** After the rows are stored, or before they are removed, in the same transaction. */
  readonly stored?: (write: Kysely<Tables>, records: readonly R[]) => Promise<void>;
  readonly removing?: (write: Kysely<Tables>, rows: readonly Row[]) => Promise<void>;
}

export function keptTable<R, Row extends object>(
  database: SqlDatabase,
  kept: KeptTable<R, Row>,
): KindTransfer<R> {
  const table = sql.table(kept.table);
  const columns = kept.reading === undefined ? sql`*` : sql`*, ${kept.reading}`;
  const meant = kept.where ?? sql`TRUE`;
  const order = Object.entries(
    kept.order ?? Object.fromEntries(kept.key.map((column) => [column, 'string' as const])),
  );
  const orderColumns = sql.join(order.map(([column]) => sql.ref(column)));
  return {
    async read(after, limit): Promise<KeptPage<R>> {
      const behind = after === null ? sql`` : sql`AND (${orderColumns}) > (${cursorValues(after, order)})`;
      const { rows } = await sql<Row>`
        SELECT ${columns} FROM ${table} WHERE ${meant} ${behind} ORDER BY ${orderColumns} LIMIT ${limit}`.execute(
        database.read,
      );
      const last = rows.length < limit ? undefined : rows.at(-1);
      const next = last === undefined ? null : cursorFrom(valuesOf(last, order) as SortKey);
      return { records: rows.map(kept.recordOf), next };
    },

    async match(records) {
      if (records.length === 0) return [];
      const wanted = records.map(kept.rowOf);
      const { rows } = await sql<Row>`
        SELECT ${columns} FROM ${table} WHERE ${meant} AND (${anyOf(kept.key, wanted)})`.execute(
        database.read,
      );
      const byKey = new Map(rows.map((row) => [keyText(kept.key, row), row]));
      return wanted.map((row) => {
        const found = byKey.get(keyText(kept.key, row));
        return found === undefined ? null : kept.recordOf(found);
      });
    },

    async put(records) {
      if (records.length === 0) return;
      const rows = records.map(kept.rowOf);
      await database.transaction(async (write) => {
        const admitted = kept.admit === undefined ? rows : await kept.admit(write, rows);
        if (admitted.length > 0) await storing(table, kept, admitted).execute(write);
        await kept.stored?.(write, records);
      });
    },

    async remove(records) {
      if (records.length === 0) return;
      const rows = records.map(kept.rowOf);
      await database.transaction(async (write) => {
        await kept.removing?.(write, rows);
        await sql`DELETE FROM ${table} WHERE ${meant} AND (${anyOf(kept.key, rows)})`.execute(write);
      });
    },
  };
}

function storing<R, Row extends object>(
  table: RawBuilder<unknown>,
  { key, onConflict }: KeptTable<R, Row>,
  rows: readonly Row[],
): RawBuilder<unknown> {
  const columns = Object.keys(rows[0] ?? {});
  const values = rows.map(
    (row) =>
      sql`(${sql.join(
        valuesOf(
          row,
          columns.map((name) => [name]),
        ),
      )})`,
  );
  const others = columns.filter((column) => !key.some((part) => part === column));
  const replacing = sql.join(others.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`));
  return sql`
    INSERT INTO ${table} (${sql.join(columns.map((name) => sql.ref(name)))}) VALUES ${sql.join(values)}
    ON CONFLICT (${sql.join(key.map((name) => sql.ref(name)))})
    DO ${onConflict === 'stays' || others.length === 0 ? sql`NOTHING` : sql`UPDATE SET ${replacing}`}`;
}

/** The condition that a row has one of these keys. */
function anyOf<Row extends object>(key: readonly (keyof Row & string)[], rows: readonly Row[]) {
  const [column] = key;
  if (key.length === 1 && column !== undefined) {
    return sql`${sql.ref(column)} IN (${sql.join(rows.map((row) => row[column]))})`;
  }
  const each = rows.map((row) => {
    const parts = key.map((name) => sql`${sql.ref(name)} = ${row[name]}`);
    return sql`(${sql.join(parts, sql` AND `)})`;
  });
  return sql.join(each, sql` OR `);
}

function keyText<Row extends object>(key: readonly (keyof Row & string)[], row: Row): string {
  return JSON.stringify(key.map((name) => row[name]));
}

function valuesOf(row: object, columns: readonly (readonly [string, ...unknown[]])[]): unknown[] {
  const values: Readonly<Record<string, unknown>> = { ...row };
  return columns.map(([name]) => values[name]);
}

function cursorValues(cursor: string, order: readonly (readonly [string, 'string' | 'number'])[]) {
  return sql.join([
    ...sortKeyOf(
      cursor,
      order.map(([, type]) => type),
    ),
  ]);
}
