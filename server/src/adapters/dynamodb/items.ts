import type { Item, ItemInserted, ItemStore } from '../../core/items/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { pageById } from './pages.ts';
import { alone, type Key, shardOf, shardsOf } from './tables.ts';

export interface ItemRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly listPk: string;
  readonly listSk: string;
  readonly categoryPk: string;
}

const shards = 4;
export const itemKey = (id: string): Key => ({ table: 'items', pk: `item#${id}`, sk: alone });
const categoryPartition = (category: string) => `category#${category}`;

export const itemPlanners: ChangePlanners<ItemInserted> = {
  'item.insert': {
    plan: (items, { item }) => items.put(itemKey(item.id), { ...itemRowOf(item) }),
  },
};

export class DynamoItemStore implements ItemStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Item | null> {
    const row = await this.#database.get<ItemRow>(itemKey(id));
    return row && itemOf(row);
  }

  async list({ category }: { category?: string | undefined }, page: PageRequest): Promise<Page<Item>> {
    const partitions =
      category === undefined
        ? shardsOf('item', shards).map((partition) => ({ table: 'items', index: 'list', partition }) as const)
        : [{ table: 'items', index: 'category', partition: categoryPartition(category) } as const];
    return pageById(this.#database, { partitions, order: 'oldest first' }, page, itemOf);
  }
}

export function itemRowOf(item: Item): ItemRow {
  return {
    ...item,
    createdAt: item.createdAt.getTime(),
    listPk: shardOf('item', item.id, shards),
    listSk: item.id,
    categoryPk: categoryPartition(item.category),
  };
}

export function itemOf({ id, name, description, category, createdAt, createdBy }: ItemRow): Item {
  return { id, name, description, category, createdAt: new Date(createdAt), createdBy };
}
