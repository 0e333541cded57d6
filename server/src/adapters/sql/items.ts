import type { Item, ItemInserted, ItemStore } from '../../core/items/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { pageById } from './page-by-id.ts';
import type { SqlDatabase } from './sql-database.ts';

interface ItemRow {
  id: string;
  name: string;
  description: string;
  category: string;
  created_at: number;
  created_by: string;
}

export interface ItemTables {
  items: ItemRow;
}

export const itemChanges: ChangeAppliers<ItemInserted> = {
  'item.insert': (write, { item }) => write.insertInto('items').values(itemRowOf(item)).execute(),
};

export class SqlItemStore implements ItemStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Item | null> {
    const row = await this.#database.read
      .selectFrom('items')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : itemOf(row);
  }

  async list(filter: { category?: string | undefined }, page: PageRequest): Promise<Page<Item>> {
    let query = this.#database.read.selectFrom('items').selectAll();
    if (filter.category !== undefined) query = query.where('category', '=', filter.category);
    return pageById(query, 'oldest first', page, itemOf);
  }
}

export function itemRowOf(item: Item): ItemRow {
  return {
    id: item.id,
    name: item.name,
    description: item.description,
    category: item.category,
    created_at: item.createdAt.getTime(),
    created_by: item.createdBy,
  };
}

export function itemOf(row: ItemRow): Item {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    category: row.category,
    createdAt: new Date(row.created_at),
    createdBy: row.created_by,
  };
}
