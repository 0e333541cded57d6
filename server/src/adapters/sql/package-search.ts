// Search in SQLite's FTS5, built so that a search costs the same however many packages there are.
//
// A package is one row of terms. A term is a word with a letter before it, which says where the word stands:
//
//   n  in the name              t  in the name or the title           d  in these or the description
//   r  anywhere                 k  not a word, but the kind           e  all words of the name as one
//   a  (alone) every package
//
// So each rank of hits is an expression of its own, and FTS5 gives its rows newest first without looking at all of
// them: there is nothing to sort. (Its own ranking, bm25, counts every row of every word first.) Ranks are asked one
// after the other, each without the rows of those before, until a page is full.
import { type Kysely, sql } from 'kysely';
import {
  askedWords,
  type PackageHit,
  type PackageIndexed,
  type PackageQuery,
  type PackageSearch,
  readmeWords,
  type SearchDocument,
  searchWords,
} from '../../core/packages/index.ts';
import { cursorFrom, type Page, type PageRequest, sortKeyOf } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { type PackageRow, packageOf } from './packages.ts';
import type { SqlDatabase } from './sqlite-database.ts';
import type { Tables } from './tables.ts';

export interface PackageSearchTables {
  package_search: { rowid: number; terms: string };
  package_readmes: { position: number; words: string };
}

export const packageSearchChanges: ChangeAppliers<PackageIndexed> = {
  'package.index': async (write, { packageId, document }) => {
    const pkg = await write
      .selectFrom('packages')
      .select(['position', 'kind'])
      .where('id', '=', packageId)
      .executeTakeFirst();
    if (pkg === undefined) return;
    const { position, kind } = pkg;
    if (document === null) {
      await write.deleteFrom('package_readmes').where('position', '=', position).execute();
      await write.deleteFrom('package_search').where('rowid', '=', position).execute();
      return;
    }
    const terms = termsOf(kind, document, await keptReadme(write, position, document.readme));
    await write.replaceInto('package_search').values({ rowid: position, terms }).execute();
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
  await write
    .replaceInto('package_readmes')
    .values({ position, words: words.join(' ') })
    .execute();
  return words;
}

function termsOf(kind: string, document: SearchDocument, readme: readonly string[]): string {
  const [name, title, description] = [document.name, document.title, document.description].map(searchWords);
  const terms = new Set(['a', `k${kind}`, exactName(name ?? [])]);
  const places = { n: [name], t: [name, title], d: [name, title, description] };
  for (const [place, texts] of Object.entries({ ...places, r: [...places.d, readme] })) {
    for (const words of texts) for (const word of words ?? []) terms.add(place + word);
  }
  return [...terms].join(' ');
}

/** The dot is none of a word's characters, and yet one of a term's. */
function exactName(words: readonly string[]): string {
  return `e${words.join('·')}`;
}

/** Best first; expressions of FTS5 that have no row in common. */
function ranksOf({ words, kind }: PackageQuery): string[] {
  const asked = askedWords(words);
  const ofKind = kind === undefined ? [] : [`"k${kind}"`];
  if (asked.length === 0) return [['"a"', ...ofKind].join(' AND ')];
  const wider = [
    `"${exactName(asked)}"`,
    whole(asked, 'n').join(' AND '),
    begun(asked, 'n').join(' AND '),
    begun(asked, 't').join(' AND '),
    begun(asked, 'd').join(' AND '),
    [`(${begun(asked, 'n').join(' OR ')})`, ...begun(asked, 'r')].join(' AND '),
    begun(asked, 'r').join(' AND '),
  ];
  return wider.map((expression, rank) => {
    const better = wider.slice(0, rank).map((one) => `(${one})`);
    const here = [expression, ...ofKind].join(' AND ');
    return better.length === 0 ? here : `(${here}) NOT (${better.join(' OR ')})`;
  });
}

function whole(words: readonly string[], place: string): string[] {
  return words.map((word) => `"${place}${word}"`);
}

/** The last word may be the beginning of one. */
function begun(words: readonly string[], place: string): string[] {
  return whole(words, place).map((term, i) => (i === words.length - 1 ? `${term}*` : term));
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

/**
 * A search looks at so many packages at most. Only filters pass over packages, those by a range of labels above all;
 * a page that is not full because of this goes on with the next one.
 */
const maximumLookedAt = 1_000;

export class SqlPackageSearch implements PackageSearch {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async search(query: PackageQuery, page: PageRequest): Promise<Page<PackageHit> & { complete: boolean }> {
    const ranks = ranksOf(query);
    const hits: Hit[] = [];
    let place: Place = page.after === undefined ? { rank: 0, below: newest } : placeOf(page.after);
    let batch = page.limit + 1;
    for (let left = maximumLookedAt; left > 0 && hits.length <= page.limit; batch *= 2) {
      const expression = ranks[place.rank];
      if (expression === undefined) return answered(hits, page.limit, null, ranks.length);
      const limit = Math.min(batch, left);
      const positions = await this.#positions(expression, place.below, limit);
      hits.push(...(await this.#published(positions, query, place.rank)));
      left -= positions.length;
      place = following(place, positions, limit);
    }
    return answered(hits, page.limit, place, ranks.length);
  }

  async #positions(expression: string, below: number, limit: number): Promise<number[]> {
    const { rows } = await sql<{ rowid: number }>`
      SELECT rowid FROM package_search
      WHERE package_search MATCH ${expression} AND rowid < ${below}
      ORDER BY rowid DESC LIMIT ${limit}`.execute(this.#database.read);
    return rows.map((row) => row.rowid);
  }

  /** Those of the packages at these positions that may be shown and fit the query, newest first. */
  async #published(positions: readonly number[], { labels }: PackageQuery, rank: number): Promise<Hit[]> {
    if (positions.length === 0) return [];
    const inRange =
      labels === undefined
        ? sql``
        : sql`AND EXISTS (SELECT 1 FROM versions v WHERE v.package_id = p.id
              AND v.order_key BETWEEN ${labels.from} AND ${labels.to} AND v.state = 'published'
              ${labels.preReleases ? sql`` : sql`AND v.order_key LIKE '%~'`})`;
    const { rows } = await sql<PackageRow & { position: number }>`
      SELECT p.* FROM json_each(${JSON.stringify(positions)}) j CROSS JOIN packages p ON p.position = j.value
      WHERE p.state = 'published' ${inRange}`.execute(this.#database.read);
    return rows
      .sort((one, other) => other.position - one.position)
      .map((row) => ({ row, place: { rank, below: row.position } }));
  }
}

const newest = Number.MAX_SAFE_INTEGER;

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
  ranks: number,
): Page<PackageHit> & { complete: boolean } {
  const shown = hits.slice(0, limit);
  const last = hits.length > limit ? (shown.at(-1)?.place ?? goesOn) : goesOn;
  return {
    items: shown.map(({ row, place }) => ({ package: packageOf(row), score: ranks - place.rank })),
    next: last === null ? null : cursorFrom([last.rank, last.below]),
    complete: hits.length > limit || goesOn === null,
  };
}
