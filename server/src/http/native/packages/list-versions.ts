import Type from 'typebox';
import { listVersions } from '../../../core/packages/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams, PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { presentVersion, VersionSchema } from './package-schema.ts';

export const listVersionsRoute = defineRoute({
  operation: 'version.list',
  method: 'GET',
  path: '/api/packages/:id/versions',
  description: 'Highest first, yanked ones with their reason. A range leaves yanked ones out.',
  params: IdParams,
  query: Type.Object({
    ...PageQuery,
    range: Type.Optional(
      Type.String({ maxLength: 250, description: 'A label or range: 1.2.3, 1.2.3-2.1.0, ~1.2.0, ^1.2.0.' }),
    ),
  }),
  answers: { 200: PageOf(VersionSchema) },
  subject: ({ id = '' }) => ({ packageId: id }),
  handle: async (registry, { caller, params, query }) =>
    presentPage(await listVersions(registry, caller, params.id, query), presentVersion),
});
