// What finds packages by their terms (package-search-terms.ts), newest first.
import type { Kysely, RawBuilder } from 'kysely';
import type { Audience } from '../../core/packages/index.ts';
import type { Tables } from './tables.ts';

/** Which packages are meant, by their terms. `begun`: those with any term that begins so. */
export type Expression =
  | { readonly term: string; readonly begun: boolean }
  | { readonly every: readonly Expression[] }
  | { readonly some: readonly Expression[] }
  | { readonly those: Expression; readonly without: Expression };

export interface Wanted {
  readonly expression: Expression;
  /** Undefined: everybody. */
  readonly audience: Audience | undefined;
  readonly below: number;
  readonly limit: number;
}

export interface PackageIndex {
  /** These terms take the place of those that the package was found by. */
  put(write: Kysely<Tables>, position: number, terms: readonly string[]): Promise<void>;
  remove(write: Kysely<Tables>, position: number): Promise<void>;
  /** The condition that the package at the position, a column of the query around it, is found by any terms. */
  isKnown(position: RawBuilder<unknown>): RawBuilder<unknown>;
  /**
   * The highest positions below `below` of packages that are meant and shown to the audience, in descending order, and not more
   * than `limit`. Its cost must not grow with the number of those that are not given, except that it passes over what the
   * audience must not see.
   */
  positions(read: Kysely<Tables>, wanted: Wanted): Promise<readonly number[]>;
}
