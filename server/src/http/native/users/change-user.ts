import Type from 'typebox';
import { changeUser } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { PermissionsSchema, presentUser, UserSchema } from './user-schema.ts';

export const changeUserRoute = defineRoute({
  operation: 'user.change',
  method: 'PATCH',
  path: '/api/users/:id',
  description: 'The permissions are replaced as a whole and hold from the next request of the user on.',
  params: IdParams,
  body: Type.Object({ permissions: PermissionsSchema }, { additionalProperties: false }),
  answers: { 200: UserSchema },
  subject: ({ id = '' }) => ({ kind: 'user', id }),
  handle: async (registry, { caller, params, body }) =>
    presentUser(await changeUser(registry, caller, params.id, body)),
});
