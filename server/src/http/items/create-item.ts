import Type from 'typebox';
import { createItem } from '../../core/items/index.ts';
import { defineRoute } from '../define-route.ts';
import { ItemSchema, presentItem } from './item-schema.ts';

export const createItemRoute = defineRoute({
  operation: 'item.create',
  method: 'POST',
  path: '/items',
  body: Type.Object(
    { name: Type.String(), description: Type.String(), category: Type.String() },
    { additionalProperties: false },
  ),
  answers: { 201: ItemSchema },
  handle: async (registry, { caller, body }, reply) => {
    const item = await createItem(registry, caller, body);
    return reply.code(201).header('location', `/items/${item.id}`).send(presentItem(item));
  },
});
