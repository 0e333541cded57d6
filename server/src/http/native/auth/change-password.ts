import Type from 'typebox';
import { changePassword } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';

export const changePasswordRoute = defineRoute({
  operation: 'account.change-password',
  method: 'PUT',
  path: '/api/auth/password',
  description: 'Ends all other sessions of the user. Personal access tokens stay good.',
  body: Type.Object(
    {
      currentPassword: Type.String({ maxLength: 1_000 }),
      newPassword: Type.String({ maxLength: 1_000, description: '12 to 256 characters.' }),
    },
    { additionalProperties: false },
  ),
  answers: { 204: Type.Null() },
  handle: async (registry, { caller, body }, reply) => {
    await changePassword(registry, caller, body);
    return reply.code(204).send();
  },
});
