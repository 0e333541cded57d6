import type { Hallmark, HallmarkAppended, HallmarkStore } from '../../core/hallmarks/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';
import { put } from './revisions.ts';

export class MemoryHallmarkStore implements HallmarkStore {
  readonly #hallmarks = new Map<string, Hallmark>();
  readonly kept = mapRecords(this.#hallmarks, ({ id }) => id);

  readonly appliers: MemoryAppliers<HallmarkAppended> = {
    'hallmark.append': ({ hallmark }) => put(this.#hallmarks, hallmark),
  };

  async latest(versionId: string): Promise<Hallmark | null> {
    return (await this.list(versionId, { limit: 1 })).items[0] ?? null;
  }

  async list(versionId: string, page: PageRequest): Promise<Page<Hallmark>> {
    const hallmarks = [...this.#hallmarks.values()].filter((hallmark) => hallmark.versionId === versionId);
    return memoryPage(hallmarks, ({ id }) => [id], page, 'descending');
  }
}
