import Type from 'typebox';
import { deleteUser } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';

export const deleteUserRoute = defineRoute({
  operation: 'user.delete',
  method: 'DELETE',
  path: '/api/users/:id',
  description:
    'Revokes every token of the user at once. The name stays taken, so that nobody else can pass for them.',
  params: IdParams,
  answers: { 204: Type.Null() },
  subject: ({ id = '' }) => ({ kind: 'user', id }),
  handle: async (registry, { caller, params }, reply) => {
    await deleteUser(registry, caller, params.id);
    return reply.code(204).send();
  },
});
