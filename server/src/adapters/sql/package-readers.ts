// Whom a package is shown to that not everybody sees: a row of `package_readers` for its owner and for each group. A
// package that everybody sees has none, so that lists and searches look up nothing but that for it.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type Audience, groupsThatSee, type Package } from '../../core/packages/index.ts';
import type { Tables } from './tables.ts';

export interface PackageReaderTables {
  package_readers: { position: number; reader: string };
}

/** After the package itself, in the same transaction. */
export async function putReaders(write: Kysely<Tables>, pkg: Package): Promise<void> {
  await removeReaders(write, pkg.id);
  if (pkg.visibility === 'everybody') return;
  const readers = new Set([user(pkg.ownerId), ...groupsThatSee(pkg).map(group)]);
  await write
    .insertInto('package_readers')
    .values([...readers].map((reader) => ({ position: positionOf(pkg.id), reader })))
    .execute();
}

/** Before the package itself, in the same transaction. */
export async function removeReaders(write: Kysely<Tables>, packageId: string): Promise<void> {
  await write.deleteFrom('package_readers').where('position', '=', positionOf(packageId)).execute();
}

function positionOf(packageId: string): RawBuilder<number> {
  return sql<number>`(SELECT position FROM packages WHERE id = ${packageId})`;
}

/**
 * The condition that the package at the position, a column of the query around it, is shown to the audience. One
 * look at the index answers: a sum over no rows is null. It is written so that PostgreSQL neither answers it by reading the
 * whole table once, as it may with EXISTS, nor takes it for true of hardly any package, as it does of an equation with a
 * subquery: then it would rather sort all packages than walk to the end of a page.
 */
export function isShownTo(audience: Audience, position: RawBuilder<unknown>): RawBuilder<boolean> {
  const isReader = sql`CASE WHEN r.reader IN (${sql.join(readersIn(audience))}) THEN 1 ELSE 0 END`;
  return sql<boolean>`CASE (SELECT max(${isReader}) FROM package_readers r WHERE r.position = ${position})
    WHEN 0 THEN FALSE ELSE TRUE END`;
}

/** By what names the audience may stand among the readers; `anonymous` never does. */
export function readersIn({ userId, groupIds }: Audience): string[] {
  return [userId === null ? 'anonymous' : user(userId), ...[...groupIds].map(group)];
}

const user = (id: string) => `u${id}`;
const group = (id: string) => `g${id}`;
