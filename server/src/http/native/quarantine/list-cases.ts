import Type from 'typebox';
import { defineRoute } from '../../define-route.ts';
import { PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { presentVersion, VersionSchema } from '../packages/package-schema.ts';

export const listCasesRoute = defineRoute({
  operation: 'quarantine.list',
  method: 'GET',
  path: '/api/quarantine',
  description: 'Versions that did not pass, the longest waiting first.',
  query: Type.Object({
    ...PageQuery,
    state: Type.Enum(['quarantined', 'releasing', 'rejected'], { default: 'quarantined' }),
  }),
  answers: { 200: PageOf(VersionSchema) },
  handle: async (registry, { query }) =>
    presentPage(await registry.versions.listByState(query.state, query), presentVersion),
});
