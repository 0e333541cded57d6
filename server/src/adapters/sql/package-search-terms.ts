// What of a package FTS5 is given to find it by, and what it is asked, so that a search costs the same however many
// packages there are.
//
// A package is one row of terms. A term is a word with a letter before it, which says where the word stands:
//
//   n  in the name              t  in the name or the title           d  in these or the description
//   r  anywhere                 k  not a word, but the kind           e  all words of the name as one
//   a  (alone) every package
//
// So each rank of hits is an expression of its own, and FTS5 gives its rows newest first without looking at all of
// them: there is nothing to sort. (Its own ranking, bm25, counts every row of every word first.)
import { type PackageKind, type SearchDocument, searchWords } from '../../core/packages/index.ts';

/** The row of a package; `readme` are the words of its README. */
export function termsOf(kind: string, document: SearchDocument, readme: readonly string[]): string {
  const name = searchWords(document.name);
  const [title, description] = [searchWords(document.title), searchWords(document.description)];
  const places = {
    n: name,
    t: [...name, ...title],
    d: [...name, ...title, ...description],
    r: [...name, ...title, ...description, ...readme],
  };
  const terms = new Set(['a', `k${kind}`, exactName(name)]);
  for (const [place, words] of Object.entries(places)) for (const word of words) terms.add(place + word);
  return [...terms].join(' ');
}

/** The dot is none of a word's characters, and yet one of a term's. */
function exactName(words: readonly string[]): string {
  return `e${words.join('·')}`;
}

/** Expressions of FTS5. */
export interface Expressions {
  /** Every hit. */
  readonly all: string;
  /** Those of each rank, best first; no two have a row in common. Null: none can be. */
  readonly ranks: readonly (string | null)[];
}

/** `asked` is not empty. */
export function expressionsFor(asked: readonly string[], kind: PackageKind | undefined): Expressions {
  const ofKind = kind === undefined ? '' : ` AND "k${kind}"`;
  const exact = `"${exactName(asked)}"`;
  const whole = asked.map((word) => `"n${word}"`).join(' AND ');
  const [name, title, described, anywhere] = ['n', 't', 'd', 'r'].map((place) =>
    begun(asked, place).join(' AND '),
  );
  const someInName = `(${begun(asked, 'n').join(' OR ')})`;
  return {
    all: `${anywhere}${ofKind}`,
    // Each takes away what is in the ranks before; of those, most contain each other.
    ranks: [
      `${exact}${ofKind}`,
      `(${whole}${ofKind}) NOT ${exact}`,
      `(${name}${ofKind}) NOT (${whole})`,
      `(${title}${ofKind}) NOT (${name})`,
      `(${described}${ofKind}) NOT (${title})`,
      asked.length === 1 ? null : `(${someInName} AND ${anywhere}${ofKind}) NOT (${described})`,
      `(${anywhere}${ofKind}) NOT ((${described}) OR ${someInName})`,
    ],
  };
}

/** Every package is a hit of the same rank. */
export function expressionsForAll(kind: PackageKind | undefined): Expressions {
  const all = kind === undefined ? '"a"' : `"k${kind}"`;
  return { all, ranks: [all] };
}

/** The last word may be the beginning of one. */
function begun(words: readonly string[], place: string): string[] {
  return words.map((word, i) => `"${place}${word}"${i === words.length - 1 ? '*' : ''}`);
}
