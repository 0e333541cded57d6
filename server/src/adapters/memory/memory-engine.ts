// Everything in maps of one process: for tests, and as the plainest statement of what each port promises.
import { type Change, type Commit, maximumChanges } from '../../core/commit.ts';
import type { AnyChange, RecordsEngine } from '../../core/engine.ts';
import { MemoryAuditLog } from './audit.ts';
import { MemoryItemStore } from './items.ts';
import { MemoryJobQueue } from './jobs.ts';

/**
 * How each change of a feature is made. An applier checks its condition before it touches anything, throws the
 * error that the change documents, and returns how to undo what it did.
 */
export type MemoryAppliers<C extends Change> = {
  readonly [Name in C['change']]: (change: Extract<C, { change: Name }>) => () => void;
};

/** The stores of one in-memory registry, and the commit over all of them. */
export function memoryEngine(): RecordsEngine {
  const stores = { audit: new MemoryAuditLog(), items: new MemoryItemStore(), jobs: new MemoryJobQueue() };
  const appliers: MemoryAppliers<AnyChange> = {
    ...stores.audit.appliers,
    ...stores.items.appliers,
    ...stores.jobs.appliers,
  };
  return { ...stores, commit: memoryCommit(appliers) };
}

function memoryCommit(appliers: MemoryAppliers<AnyChange>): Commit<AnyChange> {
  return async (changes) => {
    if (changes.length > maximumChanges) throw new Error(`${changes.length} changes in one commit`);
    const undos: (() => void)[] = [];
    try {
      for (const change of changes) {
        const apply = appliers[change.change] as (c: AnyChange) => () => void;
        undos.push(apply(change));
      }
    } catch (error) {
      for (const undo of undos.reverse()) undo();
      throw error;
    }
  };
}
