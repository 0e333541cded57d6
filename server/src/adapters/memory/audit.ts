import type {
  AuditAppended,
  AuditEntry,
  AuditFilter,
  AuditLog,
  DailyCount,
  DailyFilter,
} from '../../core/audit/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';

export class MemoryAuditLog implements AuditLog {
  readonly #entries = new Map<string, AuditEntry>();
  readonly kept = mapRecords(this.#entries, ({ id }) => id);

  readonly appliers: MemoryAppliers<AuditAppended> = {
    'audit.append': ({ entry }) => {
      this.#entries.set(entry.id, entry);
      return () => this.#entries.delete(entry.id);
    },
  };

  async append(entries: readonly AuditEntry[]): Promise<void> {
    for (const entry of entries) if (!this.#entries.has(entry.id)) this.#entries.set(entry.id, entry);
  }

  async list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    return memoryPage(this.#matching(filter), (entry) => [entry.at.getTime(), entry.id], page, 'descending');
  }

  async countByDay({ from, until, ...filter }: DailyFilter): Promise<readonly DailyCount[]> {
    const days = { from: startOfDay(from), until: startOfDay(until) };
    const counts = new Map<string, DailyCount>();
    for (const entry of this.#matching({ ...filter, ...days, outcome: 'succeeded' })) {
      const day = entry.at.toISOString().slice(0, 10);
      const key = `${day} ${entry.operation}`;
      const before = counts.get(key);
      counts.set(key, {
        day,
        operation: entry.operation,
        count: (before?.count ?? 0) + 1,
        sizeBytes: (before?.sizeBytes ?? 0) + (entry.subject.sizeBytes ?? 0),
      });
    }
    return [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
  }

  #matching(filter: AuditFilter): AuditEntry[] {
    return [...this.#entries.values()].filter(
      (entry) =>
        (filter.userId === undefined || entry.actor?.userId === filter.userId) &&
        (filter.packageId === undefined || entry.subject.packageId === filter.packageId) &&
        (filter.versionId === undefined || entry.subject.versionId === filter.versionId) &&
        (filter.operations === undefined || filter.operations.includes(entry.operation)) &&
        (filter.outcome === undefined || entry.outcome === filter.outcome) &&
        (filter.from === undefined || entry.at >= filter.from) &&
        (filter.until === undefined || entry.at < filter.until),
    );
  }
}

function startOfDay(at: Date): Date {
  return new Date(at.toISOString().slice(0, 10));
}
