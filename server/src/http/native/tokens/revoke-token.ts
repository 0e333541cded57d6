import Type from 'typebox';
import { revokeToken } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';

export const revokeTokenRoute = defineRoute({
  operation: 'token.revoke',
  method: 'DELETE',
  path: '/api/tokens/:id',
  description: 'A token may also revoke itself.',
  params: IdParams,
  answers: { 204: Type.Null() },
  subject: ({ id = '' }) => ({ kind: 'token', id }),
  handle: async (registry, { caller, params }, reply) => {
    await revokeToken(registry, caller, params.id);
    return reply.code(204).send();
  },
});
