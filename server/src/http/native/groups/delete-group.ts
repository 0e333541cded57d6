import Type from 'typebox';
import { deleteGroup } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';

export const deleteGroupRoute = defineRoute({
  operation: 'group.delete',
  method: 'DELETE',
  path: '/api/groups/:id',
  params: IdParams,
  answers: { 204: Type.Null() },
  subject: ({ id = '' }) => ({ kind: 'group', id }),
  handle: async (registry, { caller, params }, reply) => {
    await deleteGroup(registry, caller, params.id);
    return reply.code(204).send();
  },
});
