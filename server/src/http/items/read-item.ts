import { notFound } from '../../core/errors.ts';
import { defineRoute } from '../define-route.ts';
import { IdParams } from '../schemas.ts';
import { ItemSchema, presentItem } from './item-schema.ts';

export const readItemRoute = defineRoute({
  operation: 'item.read',
  method: 'GET',
  path: '/items/:id',
  params: IdParams,
  answers: { 200: ItemSchema },
  subject: ({ id = '' }) => ({ kind: 'item', id }),
  handle: async (registry, { params }) => {
    const item = await registry.items.find(params.id);
    if (item === null) throw notFound('item', params.id);
    return presentItem(item);
  },
});
