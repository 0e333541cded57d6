import type { OperationName } from '../operations.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { AuditEntry } from './audit-entry.ts';

/** Every field narrows; absent ones do not. */
export interface AuditFilter {
  readonly userId?: string | undefined;
  readonly packageId?: string | undefined;
  readonly versionId?: string | undefined;
  readonly operations?: readonly string[] | undefined;
  readonly outcome?: AuditEntry['outcome'] | undefined;
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly until?: Date | undefined;
}

export interface AuditLog {
  /**
   * Appends entries of reading operations and of refusals. When it resolves, a crash of the process loses nothing of
   * it; a power cut may take back what was appended last. When it rejects, some of them may have been appended:
   * appending an id again, by the process that has tried before, changes nothing.
   */
  append(entries: readonly AuditEntry[]): Promise<void>;

  /**
   * Newest first. An entry is listed at the latest when its append or commit has resolved. An engine may look at a
   * bounded number of entries only: the page may then have fewer than the limit, even none, and yet `next` goes on.
   */
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>>;

  /**
   * How often each of the operations succeeded, by day (UTC), among entries that match the filter; days without
   * one are left out. Oldest first, then by operation. Its cost grows with the days and the packages or users
   * they are spread over, not with the number of entries: engines keep count while they append.
   */
  countByDay(filter: DailyFilter): Promise<readonly DailyCount[]>;
}

/** Fields that are absent do not narrow. */
export interface DailyFilter {
  readonly userId?: string | undefined;
  readonly packageId?: string | undefined;
  readonly operations?: readonly OperationName[] | undefined;
  /** From the beginning of this moment's day (UTC). */
  readonly from: Date;
  /** Until the beginning of this moment's day (UTC); at most 366 days after `from`. */
  readonly until: Date;
}

export interface DailyCount {
  /** `2026-01-31` */
  readonly day: string;
  readonly operation: string;
  readonly count: number;
  /** Sum of the entries' `subject.sizeBytes`. */
  readonly sizeBytes: number;
}
