import { type SelectQueryBuilder, sql } from 'kysely';
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';

/** One page of what the query selects, in the order of ids, which is that of their making. */
export async function pageById<DB, TB extends keyof DB, Row extends { id: string }, T>(
  query: SelectQueryBuilder<DB, TB, Row>,
  order: 'oldest first' | 'newest first',
  page: PageRequest,
  present: (row: Row) => T,
): Promise<Page<T>> {
  const newestFirst = order === 'newest first';
  let rest = query;
  if (page.after !== undefined) {
    const [id] = sortKeyOf(page.after, ['string']) as [string];
    rest = rest.where(newestFirst ? sql<boolean>`id < ${id}` : sql<boolean>`id > ${id}`);
  }
  const rows = await rest
    .orderBy(sql`id`, newestFirst ? 'desc' : 'asc')
    .limit(page.limit + 1)
    .execute();
  return pageOf(rows as Row[], page.limit, (row) => [row.id], present);
}
