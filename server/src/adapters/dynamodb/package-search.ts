// Search along lists of words; what lies in them: package-search-postings.ts.
//
// A word that few packages have decides at once: all of its packages are read and put in order here. When every word
// is common, the ranks of hits are walked one after the other, newest first, until the page is full: along the list
// of one word, in the places that the rank allows. Every candidate is looked at in the texts that are in force.
import {
  askedWords,
  isBegun,
  isPreRelease,
  isVisibleTo,
  type LabelRange,
  orderKey,
  type PackageHit,
  type PackageKind,
  type PackageQuery,
  type PackageSearch,
  packageKinds,
  rankOf,
  searchWords,
  type VersionStore,
} from '../../core/packages/index.ts';
import { cursorFrom, type Page, type PageRequest, sortKeyOf } from '../../core/paging.ts';
import type { DynamoDatabase } from './database.ts';
import { merged } from './merged.ts';
import { type SearchRow, type SearchWordsRow, searchKey, searchWordsKey } from './package-search-index.ts';
import {
  partitionOfAll,
  partitionOfExactly,
  partitionOfWord,
  type Where,
  where,
} from './package-search-postings.ts';
import { type PackageRow, packageKey, packageOf } from './packages.ts';
import { take } from './ranges.ts';

/** Where a search stands: in a rank, behind the package of this id. */
interface Place {
  readonly rank: number;
  readonly behind: string;
}

interface Hit {
  readonly row: PackageRow;
  readonly rank: number;
}

/** The lists that have every hit of a rank. */
interface RankLists {
  readonly rank: number;
  readonly partitions: readonly string[];
  readonly places: readonly Where[];
}

/** A word in so few lines of a list decides. */
const few = 100;

/** A search looks at so many packages at most; a page that is not full because of this goes on with the next one. */
const maximumLookedAt = 500;

/** Behind this there is every id. */
const newest = '~';

export class DynamoPackageSearch implements PackageSearch {
  readonly #database: DynamoDatabase;
  readonly #versions: Pick<VersionStore, 'list'>;

  constructor(database: DynamoDatabase, versions: Pick<VersionStore, 'list'>) {
    this.#database = database;
    this.#versions = versions;
  }

  async search(query: PackageQuery, page: PageRequest): Promise<Page<PackageHit> & { complete: boolean }> {
    const asked = askedWords(query.words);
    const start = page.after === undefined ? { rank: 0, behind: newest } : placeOf(page.after);
    const kinds = query.kind === undefined ? packageKinds : [query.kind];
    if (asked.length === 0) {
      const all = { rank: 0, partitions: kinds.map(partitionOfAll), places: [where.name] };
      return this.#byRank([all], asked, query, start, page.limit);
    }
    const rarest = await this.#rarest(asked, kinds);
    if (rarest === null) return this.#byRank(ranksOf(asked, kinds), asked, query, start, page.limit);
    const hits = (await this.#hits(rarest, asked, query))
      .sort((one, other) => compare(placeBehind(one), placeBehind(other)))
      .filter((hit) => compare(start, placeBehind(hit)) < 0);
    return answered(hits, page.limit, null);
  }

  /** The packages of the word that has the fewest; null when all have many. */
  async #rarest(asked: readonly string[], kinds: readonly PackageKind[]): Promise<readonly string[] | null> {
    const found = await Promise.all(
      asked.map(async (word) => {
        const lines = await Promise.all(
          kinds.map((kind) => {
            const range = { partition: partitionOfWord(kind, word), descending: true, pageSize: few + 1 };
            return take(this.#database.query<{ sk: string }>({ ...range, table: 'packages' }), few + 1);
          }),
        );
        return lines.flat().map(packageIdOf);
      }),
    );
    const [fewest] = found.sort((one, other) => one.length - other.length);
    return fewest === undefined || fewest.length > few ? null : [...new Set(fewest)];
  }

  /** The ranks one after the other, until the page is full. */
  async #byRank(
    ranks: readonly RankLists[],
    asked: readonly string[],
    query: PackageQuery,
    start: Place,
    wanted: number,
  ) {
    const hits: Hit[] = [];
    let left = maximumLookedAt;
    for (const lists of ranks.filter(({ rank }) => rank >= start.rank)) {
      let place = lists.rank === start.rank ? start : { rank: lists.rank, behind: newest };
      const candidates = this.#candidates(lists, place.behind);
      for (let batch = wanted + 1; ; batch *= 2) {
        const size = Math.min(batch, left);
        const ids = await next(candidates, size);
        hits.push(...(await this.#hits(ids, asked, query)).filter(({ rank }) => rank === lists.rank));
        left -= ids.length;
        place = { rank: lists.rank, behind: ids.at(-1) ?? '' };
        if (hits.length > wanted || left === 0) {
          await candidates.return();
          return answered(hits, wanted, place);
        }
        if (ids.length < size) break;
      }
    }
    return answered(hits, wanted, null);
  }

  /** Ids of packages, newest first. */
  async *#candidates({ partitions, places }: RankLists, behind: string): AsyncGenerator<string, void, void> {
    const streams = partitions.flatMap((partition) =>
      places.map((place) =>
        this.#database.query<{ sk: string }>({
          table: 'packages',
          partition,
          sort: { between: [`${place}#`, `${place}#${behind}`] },
          descending: true,
          pageSize: few,
        }),
      ),
    );
    let last = '';
    for await (const row of merged(streams, (one, other) => packageIdOf(one) > packageIdOf(other))) {
      const id = packageIdOf(row);
      if (id !== last) yield id;
      last = id;
    }
  }

  /** Those of the packages that are hits, in the order given. */
  async #hits(ids: readonly string[], asked: readonly string[], query: PackageQuery): Promise<Hit[]> {
    const ranks = await this.#ranksOf(ids, asked);
    const ranked = ids.filter((id) => ranks.has(id));
    const rows = await this.#database.getMany<PackageRow>(ranked.map(packageKey));
    const shown = rows
      .filter((row) => row !== null)
      .filter((row) => row.state === 'published' && isVisibleTo(query.audience, packageOf(row)));
    const fitting = await Promise.all(shown.map((row) => this.#isInRange(row, query.labels)));
    return shown.filter((_, i) => fitting[i]).map((row) => ({ row, rank: ranks.get(row.id) ?? 0 }));
  }

  /** By id; packages that have not all of the words are left out. */
  async #ranksOf(ids: readonly string[], asked: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.getMany<SearchRow>(ids.map(searchKey));
    const findable = ids.flatMap((id, i) => {
      const { texts = null, readme = null } = rows[i] ?? {};
      return texts === null ? [] : [{ id, texts, readme, words: wordsOf(texts) }];
    });
    const readmes = findable.filter(({ readme, words }) => readme !== null && !allBegun(asked, words));
    const readmeRows = await this.#database.getMany<SearchWordsRow>(
      readmes.map(({ id, readme }) => searchWordsKey(id, readme?.revision ?? '')),
    );
    for (const [i, { words }] of readmes.entries()) words.push(...(readmeRows[i]?.readme ?? '').split(' '));
    const having = findable.filter(({ words }) => allBegun(asked, words));
    return new Map(having.map(({ id, texts }) => [id, asked.length === 0 ? 0 : rankOf(asked, texts)]));
  }

  async #isInRange({ id, latest }: PackageRow, labels: LabelRange | undefined): Promise<boolean> {
    if (labels === undefined) return true;
    if (latest !== null && liesIn(latest.label, labels)) return true;
    const found = await this.#versions.list(id, { states: ['published'], labels }, { limit: 1 });
    return found.items.length > 0;
  }
}

/** Along the longest word: the longer, the fewer packages have it. */
function ranksOf(asked: readonly string[], kinds: readonly PackageKind[]): RankLists[] {
  const longest = asked.reduce((one, other) => (other.length > one.length ? other : one));
  const exactly = kinds.map((kind) => partitionOfExactly(kind, asked));
  const partitions = kinds.map((kind) => partitionOfWord(kind, longest));
  const { name, title, description, readme } = where;
  const placesOfRanks: readonly (readonly Where[])[] =
    asked.length === 1
      ? [[name], [name], [title], [description], [], [readme]]
      : [
          [name],
          [name],
          [name, title],
          [name, title, description],
          [name, title, description, readme],
          [title, description, readme],
        ];
  return [
    { rank: 0, partitions: exactly, places: [name] },
    ...placesOfRanks.map((places, i) => ({ rank: i + 1, partitions, places })),
  ];
}

function wordsOf({ name, title, description }: NonNullable<SearchRow['texts']>): string[] {
  return [name, title, description].flatMap(searchWords);
}

function allBegun(asked: readonly string[], words: readonly string[]): boolean {
  return asked.every((_, nth) => isBegun(asked, nth, words));
}

function liesIn(label: string, { from, to, preReleases }: LabelRange): boolean {
  const key = orderKey(label);
  return key >= from && key <= to && (preReleases || !isPreRelease(label));
}

/** Of a line `<where>#<package>#<revision>`. */
function packageIdOf({ sk }: { readonly sk: string }): string {
  return sk.slice(2, sk.lastIndexOf('#'));
}

/** The next `count`, fewer only at the end. */
async function next<T>(stream: AsyncGenerator<T, void, void>, count: number): Promise<T[]> {
  const values: T[] = [];
  while (values.length < count) {
    const { value, done } = await stream.next();
    if (done === true || value === undefined) break;
    values.push(value);
  }
  return values;
}

function placeBehind({ row, rank }: Hit): Place {
  return { rank, behind: row.id };
}

function compare(one: Place, other: Place): number {
  if (one.rank !== other.rank) return one.rank - other.rank;
  if (one.behind === other.behind) return 0;
  return one.behind > other.behind ? -1 : 1;
}

function placeOf(cursor: string): Place {
  const [rank, behind] = sortKeyOf(cursor, ['number', 'string']) as [number, string];
  return { rank, behind };
}

/** `goesOn`: behind what was looked at; null when everything was. */
function answered(
  hits: readonly Hit[],
  limit: number,
  goesOn: Place | null,
): Page<PackageHit> & { complete: boolean } {
  const shown = hits.slice(0, limit);
  const last = shown.at(-1);
  const behind = hits.length > limit && last !== undefined ? placeBehind(last) : goesOn;
  return {
    items: shown.map(({ row, rank }) => ({ package: packageOf(row), score: -rank })),
    next: behind === null ? null : cursorFrom([behind.rank, behind.behind]),
    complete: hits.length > limit || goesOn === null,
  };
}
