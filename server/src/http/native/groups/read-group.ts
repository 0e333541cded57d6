import { readGroup } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { GroupSchema, presentGroup } from './group-schema.ts';

export const readGroupRoute = defineRoute({
  operation: 'group.read',
  method: 'GET',
  path: '/api/groups/:id',
  params: IdParams,
  answers: { 200: GroupSchema },
  subject: ({ id = '' }) => ({ kind: 'group', id }),
  handle: async (registry, { params }) => presentGroup(await readGroup(registry, params.id)),
});
