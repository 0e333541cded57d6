import { readUser } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { presentUserWithGroups, UserWithGroupsSchema } from './user-schema.ts';

export const readUserRoute = defineRoute({
  operation: 'user.read',
  method: 'GET',
  path: '/api/users/:id',
  description: 'Users read themselves, administrators everybody.',
  params: IdParams,
  answers: { 200: UserWithGroupsSchema },
  subject: ({ id = '' }) => ({ kind: 'user', id }),
  handle: async (registry, { caller, params }) =>
    presentUserWithGroups(await readUser(registry, caller, params.id)),
});
