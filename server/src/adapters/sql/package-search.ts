// The ranks of hits are asked one after the other until a page is full; what the terms and ranks are:
// package-search-terms.ts.
import { type Kysely, sql } from 'kysely';
import {
  askedWords,
  type PackageHit,
  type PackageIndexed,
  type PackageQuery,
  type PackageSearch,
  rankOf,
  readmeWords,
  searchWords,
} from '../../core/packages/index.ts';
import { cursorFrom, type Page, type PageRequest, sortKeyOf } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import type { Expression } from './package-index.ts';
import { type Expressions, expressionsFor, expressionsForAll, termsOf } from './package-search-terms.ts';
import { type PackageRow, packageOf } from './packages.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

export interface PackageSearchTables {
  package_readmes: { position: number; words: string };
}

export const packageSearchChanges: ChangeAppliers<PackageIndexed> = {
  'package.index': async (write, { packageId, document }, dialect) => {
    // Claimed, so that of two who index it at once the later one finds the README that the earlier one has kept.
    const pkg = await dialect
      .claiming(write.selectFrom('packages').select(['position', 'kind']).where('id', '=', packageId))
      .executeTakeFirst();
    if (pkg === undefined) return;
    const { position, kind } = pkg;
    if (document === null) {
      await write.deleteFrom('package_readmes').where('position', '=', position).execute();
      await dialect.packageIndex.remove(write, position);
      return;
    }
    const terms = termsOf(kind, document, await keptReadme(write, position, document.readme));
    await dialect.packageIndex.put(write, position, terms);
  },
};

/** The words of the README given, which are kept for when none is, or else of the one kept. */
async function keptReadme(
  write: Kysely<Tables>,
  position: number,
  readme: string | undefined,
): Promise<readonly string[]> {
  if (readme === undefined) {
    const kept = await write
      .selectFrom('package_readmes')
      .select('words')
      .where('position', '=', position)
      .executeTakeFirst();
    return kept === undefined ? [] : searchWords(kept.words);
  }
  const words = readmeWords(readme);
  const row = { position, words: words.join(' ') };
  await write
    .insertInto('package_readmes')
    .values(row)
    .onConflict((conflict) => conflict.column('position').doUpdateSet(row))
    .execute();
  return words;
}

/** Where a search stands: in a rank, below a position. */
interface Place {
  readonly rank: number;
  readonly below: number;
}

interface Hit {
  readonly row: PackageRow;
  readonly place: Place;
}

/** So few hits are read all and put in order here: that is less work than to ask for every rank. */
const few = 100;

/**
 * A search looks at so many packages at most. Only filters pass over packages, those by a range of labels above all;
 * a page that is not full because of this goes on with the next one.
 */
const maximumLookedAt = 500;

export class SqlPackageSearch implements PackageSearch {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async search(query: PackageQuery, page: PageRequest): Promise<Page<PackageHit> & { complete: boolean }> {
    const asked = askedWords(query.words);
    const start: Place = page.after === undefined ? { rank: 0, below: newest } : placeOf(page.after);
    if (asked.length === 0) return this.#byRank(expressionsForAll(query.kind), query, start, page.limit);
    const expressions = expressionsFor(asked, query.kind);
    const positions = await this.#positions(expressions.all, query, newest, few + 1);
    if (positions.length > few) return this.#byRank(expressions, query, start, page.limit);
    const hits = (await this.#published(positions, query))
      .map((row): Hit => ({ row, place: { rank: rankOf(asked, row), below: row.position } }))
      .sort((one, other) => compare(one.place, other.place))
      .filter((hit) => compare(start, hit.place) < 0);
    return answered(hits, page.limit, null);
  }

  /** The ranks one after the other, until the page is full. */
  async #byRank({ ranks }: Expressions, query: PackageQuery, start: Place, wanted: number) {
    const hits: Hit[] = [];
    let place = start;
    let batch = wanted + 1;
    for (let left = maximumLookedAt; left > 0 && hits.length <= wanted; batch *= 2) {
      const expression = ranks[place.rank];
      if (expression === undefined) return answered(hits, wanted, null);
      const limit = Math.min(batch, left);
      const positions =
        expression === null ? [] : await this.#positions(expression, query, place.below, limit);
      const { rank } = place;
      const rows = await this.#published(positions, query);
      hits.push(...rows.map((row) => ({ row, place: { rank, below: row.position } })));
      left -= positions.length;
      place = following(place, positions, limit);
    }
    return answered(hits, wanted, place);
  }

  /** Newest first. */
  #positions(
    expression: Expression,
    { audience }: PackageQuery,
    below: number,
    limit: number,
  ): Promise<readonly number[]> {
    const { dialect, staleRead } = this.#database;
    return dialect.packageIndex.positions(staleRead, { expression, audience, below, limit });
  }

  /** Those of the packages at these positions that may be shown and are in the range, newest first. */
  async #published(positions: readonly number[], { labels }: PackageQuery): Promise<FoundRow[]> {
    if (positions.length === 0) return [];
    const { dialect, staleRead } = this.#database;
    const inRange =
      labels === undefined
        ? sql``
        : sql`AND EXISTS (SELECT 1 FROM versions v WHERE v.package_id = p.id
              AND v.order_key BETWEEN ${labels.from} AND ${labels.to} AND v.state = 'published'
              ${labels.preReleases ? sql`` : sql`AND v.order_key LIKE '%~'`})`;
    const { rows } = await sql<FoundRow>`
      SELECT p.* FROM ${dialect.tableOf(positions)} CROSS JOIN packages p
      WHERE p.position = j.value AND p.state = 'published' ${inRange}`.execute(staleRead);
    return rows.sort((one, other) => other.position - one.position);
  }
}

type FoundRow = PackageRow & { position: number };

const newest = Number.MAX_SAFE_INTEGER;

function compare(one: Place, other: Place): number {
  return one.rank - other.rank || other.below - one.below;
}

/** After a batch that was not full the rank has no more rows. */
function following({ rank }: Place, positions: readonly number[], limit: number): Place {
  const last = positions.at(-1);
  return positions.length < limit || last === undefined
    ? { rank: rank + 1, below: newest }
    : { rank, below: last };
}

function placeOf(cursor: string): Place {
  const [rank, below] = sortKeyOf(cursor, ['number', 'number']) as [number, number];
  return { rank, below };
}

/** `goesOn`: where what was not looked at begins; null when everything was. */
function answered(
  hits: readonly Hit[],
  limit: number,
  goesOn: Place | null,
): Page<PackageHit> & { complete: boolean } {
  const shown = hits.slice(0, limit);
  const last = hits.length > limit ? (shown.at(-1)?.place ?? goesOn) : goesOn;
  return {
    items: shown.map(({ row, place }) => ({ package: packageOf(row), score: -place.rank })),
    next: last === null ? null : cursorFrom([last.rank, last.below]),
    complete: hits.length > limit || goesOn === null,
  };
}
