import type { Page, PageRequest } from '../../core/paging.ts';
import type {
  Upload,
  UploadChanged,
  UploadInserted,
  UploadState,
  UploadStore,
} from '../../core/uploads/index.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';
import { put, putRevised } from './revisions.ts';

export class MemoryUploadStore implements UploadStore {
  readonly #uploads = new Map<string, Upload>();
  readonly kept = mapRecords(this.#uploads, ({ id }) => id);

  readonly appliers: MemoryAppliers<UploadInserted | UploadChanged> = {
    'upload.insert': ({ upload }) => put(this.#uploads, upload),
    'upload.change': ({ upload }) => putRevised(this.#uploads, upload, `The upload ${upload.id}`),
  };

  async find(id: string): Promise<Upload | null> {
    return this.#uploads.get(id) ?? null;
  }

  async list(
    filter: { userId?: string | undefined; state?: UploadState | undefined },
    page: PageRequest,
  ): Promise<Page<Upload>> {
    const matching = [...this.#uploads.values()].filter(
      (upload) =>
        (filter.userId === undefined || upload.userId === filter.userId) &&
        (filter.state === undefined || upload.state === filter.state),
    );
    return memoryPage(matching, (upload) => [upload.id], page, 'descending');
  }
}
