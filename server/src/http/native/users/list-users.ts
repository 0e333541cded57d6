import Type from 'typebox';
import { defineRoute } from '../../define-route.ts';
import { PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { presentUser, UserSchema } from './user-schema.ts';

export const listUsersRoute = defineRoute({
  operation: 'user.list',
  method: 'GET',
  path: '/api/users',
  query: Type.Object(PageQuery),
  answers: { 200: PageOf(UserSchema) },
  handle: async (registry, { query }) => presentPage(await registry.users.list(query), presentUser),
});
