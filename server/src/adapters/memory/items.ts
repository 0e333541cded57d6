import type { Item, ItemInserted, ItemStore } from '../../core/items/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';

export class MemoryItemStore implements ItemStore {
  readonly #items = new Map<string, Item>();
  readonly kept = mapRecords(this.#items, ({ id }) => id);

  readonly appliers: MemoryAppliers<ItemInserted> = {
    'item.insert': ({ item }) => {
      this.#items.set(item.id, item);
      return () => this.#items.delete(item.id);
    },
  };

  async find(id: string): Promise<Item | null> {
    return this.#items.get(id) ?? null;
  }

  async list(filter: { category?: string | undefined }, page: PageRequest): Promise<Page<Item>> {
    const matching = [...this.#items.values()].filter(
      (item) => filter.category === undefined || item.category === filter.category,
    );
    return memoryPage(matching, (item) => [item.id], page);
  }
}
