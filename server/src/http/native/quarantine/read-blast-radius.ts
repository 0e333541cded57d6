import Type, { type Static } from 'typebox';
import { type Reach, readBlastRadius } from '../../../core/pipeline/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, IdParams, PageOf, PageQuery, presentPage, Timestamp } from '../../schemas.ts';
import { PackageSchema, presentPackage, presentVersion, VersionSchema } from '../packages/package-schema.ts';

const ReachSchema = Type.Object({
  package: PackageSchema,
  version: VersionSchema,
  readers: Type.Array(
    Type.Object({
      user: Type.Object({ id: Id, name: Type.String() }),
      downloads: Type.Integer({ description: 'Of the whole, and of single files inside.' }),
      firstAt: Timestamp,
      lastAt: Timestamp,
    }),
  ),
  continues: Type.Boolean({ description: 'The next page begins with more downloads of this version.' }),
});

export const readBlastRadiusRoute = defineRoute({
  operation: 'quarantine.read-blast-radius',
  method: 'GET',
  path: '/api/quarantine/:id/blast-radius',
  description: 'Every version with the same bytes as this one, and who has downloaded them when.',
  params: IdParams,
  query: Type.Object(PageQuery),
  answers: { 200: PageOf(ReachSchema) },
  subject: ({ id = '' }) => ({ versionId: id }),
  handle: async (registry, { params, query }) =>
    presentPage(await readBlastRadius(registry, { ...query, versionId: params.id }), presentReach),
});

function presentReach({ package: pkg, version, readers, continues }: Reach): Static<typeof ReachSchema> {
  return {
    package: presentPackage(pkg),
    version: presentVersion(version),
    readers: readers.map(({ userId, userName, downloads, firstAt, lastAt }) => ({
      user: { id: userId, name: userName },
      downloads,
      firstAt: firstAt.toISOString(),
      lastAt: lastAt.toISOString(),
    })),
    continues,
  };
}
