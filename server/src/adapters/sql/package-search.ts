import { sql } from 'kysely';
import type {
  PackageHit,
  PackageIndexed,
  PackageQuery,
  PackageSearch,
  SearchDocument,
} from '../../core/packages/index.ts';
import { type Page, type PageRequest, pageOf, sortKeyOf } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { type PackageRow, packageOf } from './packages.ts';
import type { SqlDatabase } from './sqlite-database.ts';

export interface PackageSearchTables {
  package_search: { rowid: number } & Record<keyof SearchDocument, string>;
}

export const packageSearchChanges: ChangeAppliers<PackageIndexed> = {
  'package.index': async (write, { packageId, document }) => {
    const position = sql<number>`(SELECT position FROM packages WHERE id = ${packageId})`;
    if (document === null) {
      await sql`DELETE FROM package_search WHERE rowid = ${position}`.execute(write);
      return;
    }
    const { name, title, description, readme } = document;
    const kept = sql`coalesce(${readme ?? null}, (SELECT readme FROM package_search WHERE rowid = ${position}), '')`;
    await sql`REPLACE INTO package_search (rowid, name, title, description, readme)
      VALUES (${position}, ${name}, ${title}, ${description}, ${kept})`.execute(write);
  },
};

type Hit = PackageRow & { rank: number; position: number };

export class SqlPackageSearch implements PackageSearch {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async search(query: PackageQuery, page: PageRequest): Promise<Page<PackageHit> & { complete: boolean }> {
    const hits = await this.#ranked(query, page);
    const found = pageOf(
      hits,
      page.limit,
      (hit) => [hit.rank, hit.position],
      (hit): PackageHit => ({ package: packageOf(hit), score: -hit.rank }),
    );
    return { ...found, complete: true };
  }

  async #ranked({ words, kind, labels }: PackageQuery, page: PageRequest): Promise<Hit[]> {
    const expression = matchExpression(words);
    const matching =
      expression === null
        ? sql`SELECT position, 0.0 AS rank FROM packages`
        : sql`SELECT rowid AS position, bm25(package_search, 10.0, 5.0, 3.0, 1.0) AS rank
              FROM package_search WHERE package_search MATCH ${expression}`;
    const ofKind = kind === undefined ? sql`` : sql`AND p.kind = ${kind}`;
    const inRange =
      labels === undefined
        ? sql``
        : sql`AND EXISTS (SELECT 1 FROM versions v WHERE v.package_id = p.id
              AND v.order_key BETWEEN ${labels.from} AND ${labels.to} AND v.state = 'published'
              ${labels.preReleases ? sql`` : sql`AND v.order_key LIKE '%~'`})`;
    const [rank, position] =
      page.after === undefined
        ? [Number.NEGATIVE_INFINITY, 0]
        : (sortKeyOf(page.after, ['number', 'number']) as [number, number]);
    const { rows } = await sql<Hit>`
      SELECT p.*, m.rank FROM (${matching}) m JOIN packages p ON p.position = m.position
      WHERE p.state = 'published' ${ofKind} ${inRange} AND (m.rank, -m.position) > (${rank}, ${-position})
      ORDER BY m.rank, m.position DESC LIMIT ${page.limit + 1}`.execute(this.#database.read);
    return rows;
  }
}

/** Every word must occur; the last may be the beginning of one. Null when there is no word. */
function matchExpression(words: string): string | null {
  const terms = words.match(/[\p{L}\p{N}]+/gu)?.slice(0, 16) ?? [];
  if (terms.length === 0) return null;
  return `${terms.map((term) => `"${term}"`).join(' ')}*`;
}
