import Type, { type Static } from 'typebox';
import type { Item } from '../../core/items/index.ts';
import { Id, Timestamp } from '../schemas.ts';

export const ItemSchema = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  category: Type.String(),
  createdAt: Timestamp,
  createdBy: Type.String(),
});

export function presentItem(item: Item): Static<typeof ItemSchema> {
  return { ...item, createdAt: item.createdAt.toISOString() };
}
