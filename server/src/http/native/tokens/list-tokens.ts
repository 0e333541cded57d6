import Type from 'typebox';
import { listTokens } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { presentToken, TokenSchema } from './token-schema.ts';

export const listTokensRoute = defineRoute({
  operation: 'token.list',
  method: 'GET',
  path: '/api/tokens',
  description: 'One’s own; administrators may name another user.',
  query: Type.Object({ ...PageQuery, userId: Type.Optional(Id) }),
  answers: { 200: PageOf(TokenSchema) },
  handle: async (registry, { caller, query }) =>
    presentPage(await listTokens(registry, caller, query, query), presentToken),
});
