// How packages become findable. A commit only says by which texts, since a README has more words than a transaction
// takes; the words are listed right after it, before it resolves:
//
//   package#<id>  search                   the texts, and the revisions of texts and README that are in force
//   package#<id>  search-words#<revision>  what a revision says; `listed` once all its words are listed
//   package#<id>  search-past#<revision>   that the revision is not in force any more
//
// A revision is never written twice and never comes back into force. So its words can be taken out of the lists at
// any time, by several at once, in any order with those who are still listing them; a line that is left behind is
// passed over by every search.
import { createHash } from 'node:crypto';
import { type PackageIndexed, type PackageKind, readmeWords } from '../../core/packages/index.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { Attributes, DynamoDatabase } from './database.ts';
import type { FollowUpWorkers } from './follow-ups.ts';
import { postingsOfReadme, postingsOfTexts, type Texts } from './package-search-postings.ts';
import { packageKey } from './packages.ts';
import { take } from './ranges.ts';
import type { Key } from './tables.ts';
import { newTag, type WorkingItems } from './working-items.ts';

/** A package that is not findable has no texts. */
export interface SearchRow {
  readonly texts: (Texts & { readonly revision: string }) | null;
  readonly readme: { readonly digest: string; readonly revision: string } | null;
}

export interface SearchWordsRow {
  readonly revision: string;
  readonly texts?: Texts;
  /** Words of a README, with blanks between them. */
  readonly readme?: string;
  readonly listed: boolean;
}

export const packageSearchPlanners: ChangePlanners<PackageIndexed> = {
  'package.index': {
    reads: ({ packageId }) => [searchKey(packageId)],
    plan: async (items, { packageId, document }) => {
      const before = (await items.get<SearchRow>(searchKey(packageId))) ?? { texts: null, readme: null };
      const readme = document === null ? '' : document.readme;
      const after: SearchRow = {
        texts: document && wordedTexts(items, packageId, before.texts, document),
        readme: readme === undefined ? before.readme : wordedReadme(items, packageId, before.readme, readme),
      };
      const isSame =
        before.texts?.revision === after.texts?.revision &&
        before.readme?.revision === after.readme?.revision;
      if (isSame) return;
      for (const text of ['texts', 'readme'] as const) {
        const revision = before[text]?.revision;
        if (revision === undefined || revision === after[text]?.revision) continue;
        items.put(searchPastKey(packageId, revision), { revision });
      }
      items.put(searchKey(packageId), { ...after });
      items.follow({ kind: 'list-words', payload: { packageId } });
    },
  },
};

function wordedTexts(
  items: WorkingItems,
  packageId: string,
  before: SearchRow['texts'],
  { name, title, description }: Texts,
): SearchRow['texts'] {
  const isSame = before?.name === name && before.title === title && before.description === description;
  if (isSame) return before;
  const [texts, revision] = [{ name, title, description }, newTag()];
  items.put(searchWordsKey(packageId, revision), { revision, texts, listed: false });
  return { ...texts, revision };
}

function wordedReadme(
  items: WorkingItems,
  packageId: string,
  before: SearchRow['readme'],
  text: string,
): SearchRow['readme'] {
  const readme = readmeWords(text).join(' ');
  if (readme === '') return null;
  const digest = createHash('sha256').update(readme).digest('base64url');
  if (before?.digest === digest) return before;
  const revision = newTag();
  items.put(searchWordsKey(packageId, revision), { revision, readme, listed: false });
  return { digest, revision };
}

export function packageSearchFollowUps(database: DynamoDatabase): FollowUpWorkers {
  return { 'list-words': ({ packageId }) => listWords(database, String(packageId)) };
}

/** Lists the words of revisions that are not listed, and takes out those of revisions that are past. */
export async function listWords(database: DynamoDatabase, packageId: string): Promise<void> {
  const { pk } = packageKey(packageId);
  const inPartition = (beginsWith: string) =>
    take(
      database.query<SearchWordsRow>({ table: 'packages', partition: pk, sort: { beginsWith } }),
      Number.POSITIVE_INFINITY,
    );
  const [pkg, revisions, past] = await Promise.all([
    database.get<{ kind: PackageKind }>(packageKey(packageId)),
    inPartition(wordsSk),
    inPartition(pastSk),
  ]);
  if (pkg === null) return;
  const isPast = new Set(past.map(({ revision }) => revision));
  for (const row of revisions.filter(({ revision, listed }) => !listed && !isPast.has(revision))) {
    await write(database, postingsOf(pkg.kind, packageId, row), {});
    const key = searchWordsKey(packageId, row.revision);
    const update = {
      update: 'SET #listed = :listed',
      when: 'attribute_exists(#pk)',
      values: { listed: true },
    };
    // Somebody has taken it out meanwhile, and may have been ahead of our writing.
    if ((await database.update(key, update)) === null) await takeOut(database, pkg.kind, packageId, row);
  }
  for (const row of revisions.filter(({ revision }) => isPast.has(revision))) {
    await takeOut(database, pkg.kind, packageId, row);
  }
}

async function takeOut(
  database: DynamoDatabase,
  kind: PackageKind,
  packageId: string,
  row: SearchWordsRow,
): Promise<void> {
  await write(database, postingsOf(kind, packageId, row), null);
  await database.delete(searchWordsKey(packageId, row.revision));
  await database.delete(searchPastKey(packageId, row.revision));
}

function postingsOf(
  kind: PackageKind,
  packageId: string,
  { revision, texts, readme }: SearchWordsRow,
): Key[] {
  const wording = { kind, packageId, revision };
  return [
    ...(texts === undefined ? [] : postingsOfTexts(wording, texts)),
    ...(readme === undefined ? [] : postingsOfReadme(wording, readme.split(' '))),
  ];
}

const atTheSameTime = 4;

/** Several batches at a time: a long README has some thousand postings. */
async function write(
  database: DynamoDatabase,
  keys: readonly Key[],
  attributes: Attributes | null,
): Promise<void> {
  const share = Math.ceil(keys.length / atTheSameTime);
  await Promise.all(
    Array.from({ length: atTheSameTime }, (_, i) =>
      database.writeMany(keys.slice(i * share, (i + 1) * share).map((key) => ({ key, attributes }))),
    ),
  );
}

const wordsSk = 'search-words#';
const pastSk = 'search-past#';

export function searchKey(packageId: string): Key {
  return { ...packageKey(packageId), sk: 'search' };
}

export function searchWordsKey(packageId: string, revision: string): Key {
  return { ...packageKey(packageId), sk: `${wordsSk}${revision}` };
}

function searchPastKey(packageId: string, revision: string): Key {
  return { ...packageKey(packageId), sk: `${pastSk}${revision}` };
}
