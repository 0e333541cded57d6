import type { Page, PageRequest } from '../paging.ts';
import type { Hallmark } from './hallmark.ts';

/** Every hallmark of every version. */
export interface HallmarkStore {
  /** The newest of the version; null when it has none. */
  latest(versionId: string): Promise<Hallmark | null>;
  /** Newest first. */
  list(versionId: string, page: PageRequest): Promise<Page<Hallmark>>;
}
