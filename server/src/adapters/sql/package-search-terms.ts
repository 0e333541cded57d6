// What of a package its index is given to find it by, and what the index is asked, so that a search costs the same
// however many packages there are.
//
// A package is one row of terms. A term is a word with a letter before it, which says where the word stands:
//
//   n  in the name              t  in the name or the title           d  in these or the description
//   r  anywhere                 k  not a word, but the kind           e  all words of the name as one
//   a  (alone) every package
//
// So each rank of hits is an expression of its own, and the index gives its rows newest first without looking at all of
// them: there is nothing to sort. (FTS5's own ranking, bm25, counts every row of every word first, and so does
// PostgreSQL's.)
import { type PackageKind, type SearchDocument, searchWords } from '../../core/packages/index.ts';
import type { Expression } from './package-index.ts';

/** The terms of a package; `readme` are the words of its README. */
export function termsOf(kind: string, document: SearchDocument, readme: readonly string[]): string[] {
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
  return [...terms];
}

/** The dot is none of a word's characters, and yet one of a term's. */
function exactName(words: readonly string[]): string {
  return `e${words.join('·')}`;
}

export interface Expressions {
  /** Every hit. */
  readonly all: Expression;
  /** Those of each rank, best first; no two have a row in common. Null: none can be. */
  readonly ranks: readonly (Expression | null)[];
}

/** `asked` is not empty. */
export function expressionsFor(asked: readonly string[], kind: PackageKind | undefined): Expressions {
  const ofKind = (...expressions: Expression[]): Expression =>
    every(...expressions, ...(kind === undefined ? [] : [has(`k${kind}`)]));
  const exact = has(exactName(asked));
  const whole = every(...asked.map((word) => has(`n${word}`)));
  const name = every(...begun(asked, 'n'));
  const title = every(...begun(asked, 't'));
  const described = every(...begun(asked, 'd'));
  const anywhere = every(...begun(asked, 'r'));
  const someInName = some(...begun(asked, 'n'));
  return {
    all: ofKind(anywhere),
    // Each takes away what is in the ranks before; of those, most contain each other.
    ranks: [
      ofKind(exact),
      { those: ofKind(whole), without: exact },
      { those: ofKind(name), without: whole },
      { those: ofKind(title), without: name },
      { those: ofKind(described), without: title },
      asked.length === 1 ? null : { those: ofKind(someInName, anywhere), without: described },
      { those: ofKind(anywhere), without: some(described, someInName) },
    ],
  };
}

/** Every package is a hit of the same rank. */
export function expressionsForAll(kind: PackageKind | undefined): Expressions {
  const all = has(kind === undefined ? 'a' : `k${kind}`);
  return { all, ranks: [all] };
}

/** The last word may be the beginning of one. */
function begun(words: readonly string[], place: string): Expression[] {
  return words.map((word, i) => ({ term: place + word, begun: i === words.length - 1 }));
}

function has(term: string): Expression {
  return { term, begun: false };
}

function every(...expressions: Expression[]): Expression {
  return { every: expressions };
}

function some(...expressions: Expression[]): Expression {
  return { some: expressions };
}
