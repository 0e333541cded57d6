// PostgreSQL's full-text search, as FTS5 is used: it is given terms and asked for the newest packages that have some.
//
// A GIN index has for each term the list of all rows with it, in no useful order; a term that stands in nearly every
// package would have them all read and sorted. So packages lie in segments of 4096 positions, and a term has a list
// for each segment, told by its first characters: `24.nword` is the word in names of packages of segment 24.
// `find_packages` of the database goes from the newest segment back until enough are found, several segments at a
// time where few are.
//
// To find the terms that begin with a letter it would have to gather thousands of lists, so beginnings of one to
// three characters are terms of their own: `24.n<wo`.
import { sql } from 'kysely';
import type { Expression, PackageIndex } from './package-index.ts';
import { readersIn } from './package-readers.ts';

/** As in `find_packages`. */
const segmentSize = 4096;
const listedBeginnings = 3;

export const tsvectorIndex: PackageIndex = {
  async put(write, position, terms) {
    const segment = Math.floor(position / segmentSize);
    const listed = [...new Set(terms.flatMap(withBeginnings))].map((term) => `${segment}.${term}`);
    await sql`INSERT INTO package_search (position, terms) VALUES (${position}, array_to_tsvector(${listed}))
      ON CONFLICT (position) DO UPDATE SET terms = excluded.terms`.execute(write);
  },

  async remove(write, position) {
    await sql`DELETE FROM package_search WHERE position = ${position}`.execute(write);
  },

  isKnown: (position) => sql`EXISTS (SELECT 1 FROM package_search s WHERE s.position = ${position})`,

  async positions(read, { expression, audience, below, limit }) {
    const asked = sql.join([inWords(expression), below, limit]);
    const find =
      audience === undefined
        ? sql`find_packages(${asked})`
        : sql`find_packages_shown(${asked}, ${readersIn(audience)}::text[])`;
    const { rows } = await sql<{
      position: number;
    }>`SELECT position FROM ${find} AS found (position)`.execute(read);
    return rows.map((row) => row.position);
  },
};

/** Terms of words may be asked for by their beginnings. */
const ofWord = /^[ntdr]/;

function withBeginnings(term: string): string[] {
  if (!ofWord.test(term)) return [term];
  const characters = [...term.slice(1)];
  const beginnings = characters.slice(0, listedBeginnings).map((_, last) => beginning(term, last + 1));
  return [term, ...beginnings];
}

function beginning(term: string, length: number): string {
  return `${term[0]}<${[...term.slice(1)].slice(0, length).join('')}`;
}

/** As a text of type `tsquery`, in which `@` stands for the segment. A term has no quote and no `@`. */
function inWords(expression: Expression): string {
  if ('term' in expression) return termInWords(expression);
  if ('every' in expression) return `(${expression.every.map(inWords).join(' & ')})`;
  if ('some' in expression) return `(${expression.some.map(inWords).join(' | ')})`;
  return `(${inWords(expression.those)} & !${inWords(expression.without)})`;
}

function termInWords({ term, begun }: { term: string; begun: boolean }): string {
  if (!begun) return `'@${term}'`;
  const length = [...term].length - 1;
  return length <= listedBeginnings ? `'@${beginning(term, length)}'` : `'@${term}':*`;
}
