import Type from 'typebox';
import { logOut } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';

export const logOutRoute = defineRoute({
  operation: 'account.log-out',
  method: 'POST',
  path: '/api/auth/logout',
  description: 'Ends the session of the token at once. Personal access tokens are revoked at /api/tokens.',
  answers: { 204: Type.Null() },
  handle: async (registry, { caller }, reply) => {
    await logOut(registry, caller);
    return reply.code(204).send();
  },
});
