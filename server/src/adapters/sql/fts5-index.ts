// SQLite's FTS5 gives rows newest first without looking at all of them.
import { sql } from 'kysely';
import type { Expression, PackageIndex } from './package-index.ts';
import { isShownTo } from './package-readers.ts';

export const fts5Index: PackageIndex = {
  async put(write, position, terms) {
    await sql`REPLACE INTO package_search (rowid, terms) VALUES (${position}, ${terms.join(' ')})`.execute(
      write,
    );
  },

  async remove(write, position) {
    await sql`DELETE FROM package_search WHERE rowid = ${position}`.execute(write);
  },

  isKnown: (position) => sql`EXISTS (SELECT 1 FROM package_search WHERE rowid = ${position})`,

  async positions(read, { expression, audience, below, limit }) {
    const shown =
      audience === undefined ? sql`` : sql`AND ${isShownTo(audience, sql.ref('package_search.rowid'))}`;
    const { rows } = await sql<{ rowid: number }>`
      SELECT rowid FROM package_search
      WHERE package_search MATCH ${inWords(expression)} AND rowid < ${below} ${shown}
      ORDER BY rowid DESC LIMIT ${limit}`.execute(read);
    return rows.map((row) => row.rowid);
  },
};

/** In the language of FTS5. */
function inWords(expression: Expression): string {
  if ('term' in expression) return `"${expression.term}"${expression.begun ? '*' : ''}`;
  if ('every' in expression) return `(${expression.every.map(inWords).join(' AND ')})`;
  if ('some' in expression) return `(${expression.some.map(inWords).join(' OR ')})`;
  return `(${inWords(expression.those)} NOT ${inWords(expression.without)})`;
}
