import Type from 'typebox';
import { defineRoute } from '../../define-route.ts';
import { PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { GroupSchema, presentGroup } from './group-schema.ts';

export const listGroupsRoute = defineRoute({
  operation: 'group.list',
  method: 'GET',
  path: '/api/groups',
  query: Type.Object(PageQuery),
  answers: { 200: PageOf(GroupSchema) },
  handle: async (registry, { query }) => presentPage(await registry.groups.list(query), presentGroup),
});
