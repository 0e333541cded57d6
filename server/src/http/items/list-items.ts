import Type from 'typebox';
import { defineRoute } from '../define-route.ts';
import { PageOf, PageQuery, presentPage } from '../schemas.ts';
import { ItemSchema, presentItem } from './item-schema.ts';

export const listItemsRoute = defineRoute({
  operation: 'item.list',
  method: 'GET',
  path: '/items',
  query: Type.Object({ ...PageQuery, category: Type.Optional(Type.String({ maxLength: 100 })) }),
  answers: { 200: PageOf(ItemSchema) },
  handle: async (registry, { query }) => presentPage(await registry.items.list(query, query), presentItem),
});
