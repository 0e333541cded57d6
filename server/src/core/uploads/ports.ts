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

/** An object that has come to lie under a key of the content store, as `printKey` prints it. */
export interface Arrival {
  readonly key: string;
  readonly at: Date;
}

/** Told at least once, in any order. */
export interface ArrivalNotice {
  readonly arrivals: readonly Arrival[];
  /** Of this telling of the notice. */
  readonly receipt: string;
}

/** What a content store that clients reach directly tells of objects that have arrived. */
export interface ArrivalNotices {
  /** Waits some seconds; null when nothing came, or `signal` was aborted. Rejects with a `StorageError`. */
  next(signal: AbortSignal): Promise<ArrivalNotice | null>;
  /** Done: it is not told again. One that is neither settled nor postponed is told again after a while. */
  settle(notice: ArrivalNotice): Promise<void>;
  /** Told again in so many seconds. */
  postpone(notice: ArrivalNotice, seconds: number): Promise<void>;
}
