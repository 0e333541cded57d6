// The records of one kind, for moving a registry from engine to engine: read by going through their whole table.
import { cursorFrom, sortKeyOf } from '../../core/paging.ts';
import type { KeptPage, KindTransfer } from '../../core/transfer/index.ts';
import type { Condition, DynamoDatabase, KeyPair } from './database.ts';
import type { TableName } from './tables.ts';
import { commitItems } from './transaction.ts';
import type { WorkingItems } from './working-items.ts';

export interface KeptKind<R, Row> {
  readonly table: TableName;
  /** Which of the table's items are of this kind. */
  readonly among: Required<Condition>;
  /** The record that an item of the kind is or stands for; null when it has gone since. */
  readonly recordOf: (row: Row & KeyPair) => R | null | Promise<R | null>;
  /** The record that is stored under the same key. */
  readonly find: (record: R) => Promise<R | null>;
  readonly put: (records: readonly R[]) => Promise<void>;
  readonly remove: (records: readonly R[]) => Promise<void>;
}

/** How many items a scan looks at before it is asked how to go on. */
const lookedAtOnce = 500;
const atOnce = 8;

export function keptKind<R, Row>(database: DynamoDatabase, kind: KeptKind<R, Row>): KindTransfer<R> {
  return {
    read: (after, limit) => readPage(database, kind, after, limit),
    match: (records) => eachAtOnce(records, kind.find),
    put: kind.put,
    remove: kind.remove,
  };
}

async function readPage<R, Row>(
  database: DynamoDatabase,
  { table, among, recordOf }: KeptKind<R, Row>,
  after: string | null,
  limit: number,
): Promise<KeptPage<R>> {
  let place = after === null ? null : placeIn(after);
  const records: R[] = [];
  do {
    const looksAt = Math.max(1, Math.min(lookedAtOnce, limit - records.length));
    const { rows, next } = await database.scan<Row>(table, among, place, looksAt);
    const found = await eachAtOnce(rows, async (row) => recordOf(row));
    records.push(...found.filter((record) => record !== null));
    place = next;
  } while (place !== null && records.length < limit);
  return { records, next: place && cursorFrom([place.pk, place.sk]) };
}

function placeIn(cursor: string): KeyPair {
  const [pk, sk] = sortKeyOf(cursor, ['string', 'string']) as [string, string];
  return { pk, sk };
}

/** The results in the order of the values; some are worked on at the same time. */
export async function eachAtOnce<T, U>(values: readonly T[], work: (value: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (let start = 0; start < values.length; start += atOnce) {
    results.push(...(await Promise.all(values.slice(start, start + atOnce).map(work))));
  }
  return results;
}

/** One transaction for each value, made one after the other where `lineOf` is the same: those share items. */
export async function commitEach<T>(
  database: DynamoDatabase,
  values: readonly T[],
  lineOf: (value: T) => string,
  plan: (items: WorkingItems, value: T) => Promise<void>,
): Promise<void> {
  const lines = [...Map.groupBy(values, lineOf).values()];
  await eachAtOnce(lines, async (line) => {
    for (const value of line) await commitItems(database, (items) => plan(items, value));
  });
}
