import type { Page, PageRequest } from '../paging.ts';
import type { Item } from './item.ts';

export interface ItemStore {
  /** Null when there is none. */
  find(id: string): Promise<Item | null>;
  /** Oldest first; an exact category narrows. */
  list(filter: { category?: string | undefined }, page: PageRequest): Promise<Page<Item>>;
}
