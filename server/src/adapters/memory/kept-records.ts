import type { SortKey } from '../../core/paging.ts';
import type { KindTransfer } from '../../core/transfer/index.ts';
import { memoryPage } from './paging.ts';

/** All records of one kind in a store, as they are kept. */
export interface KeptRecords<R> {
  all(): Iterable<R>;
  /** In the place of the one with the same key. */
  put(record: R): unknown;
  remove(record: R): unknown;
}

export function mapRecords<R>(records: Map<string, R>, idOf: (record: R) => string): KeptRecords<R> {
  return {
    all: () => records.values(),
    put: (record) => records.set(idOf(record), record),
    remove: (record) => records.delete(idOf(record)),
  };
}

/** `order`: what a walk follows; absent: the keys. */
export function keptTransfer<R>(
  kept: KeptRecords<R>,
  keyOf: (record: R) => readonly string[],
  order: (record: R, index: number) => SortKey = keyOf,
): KindTransfer<R> {
  return {
    async read(after, limit) {
      const placed = [...kept.all()].map((record, index) => ({ record, place: order(record, index) }));
      const page = memoryPage(placed, ({ place }) => place, { limit, after: after ?? undefined });
      return { records: page.items.map(({ record }) => record), next: page.next };
    },
    async match(records) {
      const byKey = new Map([...kept.all()].map((record) => [JSON.stringify(keyOf(record)), record]));
      return records.map((record) => byKey.get(JSON.stringify(keyOf(record))) ?? null);
    },
    async put(records) {
      for (const record of records) kept.put(record);
    },
    async remove(records) {
      for (const record of records) kept.remove(record);
    },
  };
}
