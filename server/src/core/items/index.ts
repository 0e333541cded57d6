export { createItem } from './create-item.ts';
export type { Item, ItemInserted } from './item.ts';
export type { ItemStore } from './ports.ts';
