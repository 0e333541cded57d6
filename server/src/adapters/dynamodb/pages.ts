import { RegistryError } from '../../core/errors.ts';
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import type { DynamoDatabase } from './database.ts';
import { type Range, take } from './ranges.ts';

/** Partitions that together hold what is listed; their sort key is the id. */
export interface Listing {
  readonly partitions: readonly Pick<Range, 'table' | 'index' | 'partition'>[];
  readonly order: 'oldest first' | 'newest first';
}

/** One page in the order of ids, which is that of their making, of what lies in several partitions. */
export async function pageById<Row extends { readonly id: string }, T>(
  database: DynamoDatabase,
  { partitions, order }: Listing,
  page: PageRequest,
  present: (row: Row) => T,
): Promise<Page<T>> {
  const descending = order === 'newest first';
  const rows = await Promise.all(
    partitions.map((partition) => {
      const sort = afterCursor(page.after, descending);
      const range = { ...partition, ...sort, descending, pageSize: page.limit + 1 };
      return take(database.query<Row>(range), page.limit + 1);
    }),
  );
  const sorted = rows.flat().sort((one, other) => (one.id < other.id === descending ? 1 : -1));
  return pageOf(sorted, page.limit, ({ id }) => [id], present);
}

/** The one text in a cursor. */
export function textCursor(cursor: string): string {
  const [text] = sortKeyOf(cursor, ['string']) as [string];
  // None of ours is longer than a key.
  if (Buffer.byteLength(text) <= 1_024 && text.isWellFormed()) return text;
  throw new RegistryError('invalid-cursor', `The cursor ${JSON.stringify(cursor.slice(0, 100))} is unknown.`);
}

/** The condition that goes on behind a cursor of ids. */
export function afterCursor(after: string | undefined, descending: boolean): Pick<Range, 'sort'> {
  const id = after === undefined ? '' : textCursor(after);
  // No key is empty: an empty one stands before everything.
  if (id === '') return {};
  return { sort: descending ? { below: id } : { above: id } };
}
