// What a package is found by: an inverted index in the table `packages`.
//
//   words#<kind>#<beginning of a word>    <where>#<package>#<revision>   packages with such a word, best place last
//   exactly#<kind>#<words>                3#<package>#<revision>         whose name is these words
//   all#<kind>                            3#<package>#<revision>         every package
//
// A word is listed under its beginnings of a few lengths only. The list of the longest one that a word asked for has
// is read and holds all packages with that word, and some others; what they say decides.
import { type PackageKind, type SearchDocument, searchWords } from '../../core/packages/index.ts';
import type { Key } from './tables.ts';

/** Where a word stands; the better, the higher. */
export const where = { name: 3, title: 2, description: 1, readme: 0 } as const;
export type Where = (typeof where)[keyof typeof where];

export type Texts = Pick<SearchDocument, 'name' | 'title' | 'description'>;

/** One letter to three are what people have typed so far; longer ones keep lists of common beginnings short. */
const listedLengths = [1, 2, 3, 5, 8];

/** Of a package, and of one wording of its texts or README. Another wording has other postings, even of the same words. */
interface Wording {
  readonly kind: PackageKind;
  readonly packageId: string;
  readonly revision: string;
}

/** A word is listed where it stands best. */
export function postingsOfTexts(wording: Wording, texts: Texts): Key[] {
  const listed = new Set<string>();
  const inName = searchWords(texts.name);
  const postings = [
    posting(wording, partitionOfAll(wording.kind), where.name),
    posting(wording, partitionOfExactly(wording.kind, inName), where.name),
  ];
  const placed = [
    [where.name, inName],
    [where.title, searchWords(texts.title)],
    [where.description, searchWords(texts.description)],
  ] as const;
  for (const [place, words] of placed) {
    const fresh = new Set(words.filter((word) => !listed.has(word)));
    postings.push(...postingsOfWords(wording, place, fresh));
    for (const word of fresh) listed.add(word);
  }
  return postings;
}

export function postingsOfReadme(wording: Wording, words: readonly string[]): Key[] {
  return postingsOfWords(wording, where.readme, words);
}

function postingsOfWords(wording: Wording, place: Where, words: Iterable<string>): Key[] {
  const beginnings = new Set([...words].flatMap(beginningsOf));
  return [...beginnings].map((beginning) =>
    posting(wording, partitionOfBeginning(wording.kind, beginning), place),
  );
}

function posting({ packageId, revision }: Wording, partition: string, place: Where): Key {
  return { table: 'packages', pk: partition, sk: `${place}#${packageId}#${revision}` };
}

/** The list that has every package with a word that is this one, or begins with it. */
export function partitionOfWord(kind: PackageKind, word: string): string {
  return partitionOfBeginning(kind, beginningsOf(word).at(-1) ?? '');
}

function partitionOfBeginning(kind: PackageKind, beginning: string): string {
  return `words#${kind}#${beginning}`;
}

/** Far longer names than there are: keys have a limit. */
export function partitionOfExactly(kind: PackageKind, words: readonly string[]): string {
  return `exactly#${kind}#${words.join(' ').slice(0, 400).toWellFormed()}`;
}

export function partitionOfAll(kind: PackageKind): string {
  return `all#${kind}`;
}

function beginningsOf(word: string): string[] {
  const characters = [...word.toWellFormed()];
  return listedLengths
    .filter((length) => length <= characters.length)
    .map((length) => characters.slice(0, length).join(''));
}
