import Type from 'typebox';
import { changeGroup } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { GroupSchema, presentGroup } from './group-schema.ts';

export const changeGroupRoute = defineRoute({
  operation: 'group.change',
  method: 'PATCH',
  path: '/api/groups/:id',
  description: 'A group keeps its name.',
  params: IdParams,
  body: Type.Object({ description: Type.String() }, { additionalProperties: false }),
  answers: { 200: GroupSchema },
  subject: ({ id = '' }) => ({ kind: 'group', id }),
  handle: async (registry, { caller, params, body }) =>
    presentGroup(await changeGroup(registry, caller, params.id, body)),
});
