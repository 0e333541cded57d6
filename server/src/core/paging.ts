// Paging by cursor: a page starts after a sort key, never at an offset, so that every engine can seek to it
// and a page stays right while rows come and go.
import { RegistryError } from './errors.ts';

export interface PageRequest {
  /** 1 to 200. */
  readonly limit: number;
  /** `next` of the page before; absent: from the beginning. */
  readonly after?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; null on the last one. */
  readonly next: string | null;
}

export type SortKey = readonly (string | number)[];

/** An opaque cursor from the sort key of a page's last row. */
export function cursorFrom(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The sort key in a cursor: `types` says how many parts it has and of what type each is. */
export function sortKeyOf(cursor: string, types: readonly ('string' | 'number')[]): SortKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const fits =
      Array.isArray(key) && key.length === types.length && types.every((type, i) => typeof key[i] === type);
    if (fits) return key as SortKey;
  } catch {}
  throw new RegistryError('invalid-cursor', `The cursor ${JSON.stringify(cursor.slice(0, 100))} is unknown.`);
}

/** The number in a cursor that was made of one: of versions, which are numbered from 1. */
export function numberIn(cursor: string): number {
  const [number] = sortKeyOf(cursor, ['number']) as [number];
  // Engines differ in what they take for a number; every one of ours is one of these.
  if (Number.isInteger(number) && number >= 1 && number < 1e9) return number;
  throw new RegistryError('invalid-cursor', `The cursor ${JSON.stringify(cursor.slice(0, 100))} is unknown.`);
}

/**
 * Makes a page of rows that were read with `limit + 1`: the extra row only tells that there is more.
 * `keyOf` gives the sort key that the query ordered by.
 */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => SortKey,
  present: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(present),
    next: rows.length > limit && last !== undefined ? cursorFrom(keyOf(last)) : null,
  };
}
