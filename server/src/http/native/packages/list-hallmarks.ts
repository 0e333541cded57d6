import Type from 'typebox';
import { listHallmarks } from '../../../core/hallmarks/index.ts';
import { defineRoute } from '../../define-route.ts';
import { PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { HallmarkSchema, presentHallmark } from './hallmark-schema.ts';
import { LabelParams } from './package-schema.ts';

export const listHallmarksRoute = defineRoute({
  operation: 'version.list-hallmarks',
  method: 'GET',
  path: '/api/packages/:id/versions/:version/hallmarks',
  description:
    'Every hallmark of a readable version, newest first: there is one more when newer rules have passed it.',
  params: LabelParams,
  query: Type.Object(PageQuery),
  answers: { 200: PageOf(HallmarkSchema) },
  subject: ({ id = '', version = '' }) => ({ packageId: id, versionLabel: version }),
  handle: async (registry, { caller, params, query }) => {
    const asked = { ...query, packageId: params.id, label: params.version };
    return presentPage(await listHallmarks(registry, caller, asked), presentHallmark);
  },
});
