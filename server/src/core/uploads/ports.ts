import type { Page, PageRequest } from '../paging.ts';
import type { Upload, UploadState } from './upload.ts';

export interface UploadStore {
  find(id: string): Promise<Upload | null>;
  /** Newest first. */
  list(
    filter: { userId?: string | undefined; state?: UploadState | undefined },
    page: PageRequest,
  ): Promise<Page<Upload>>;
}
