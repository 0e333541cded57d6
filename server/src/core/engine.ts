// What a records engine (SQLite, memory, …) must fill: the stores of every feature and one commit over them.
// Adapters implement it and wiring chooses one; a feature never sees more of it than its own ports.
import type { AuditAppended, AuditLog } from './audit/index.ts';
import type { Commit } from './commit.ts';
import type { ItemInserted, ItemStore } from './items/index.ts';
import type { JobQueue, JobQueued, JobRevived } from './jobs/index.ts';

export type AnyChange = AuditAppended | ItemInserted | JobQueued | JobRevived;

export interface RecordsEngine {
  readonly commit: Commit<AnyChange>;
  readonly audit: AuditLog;
  readonly items: ItemStore;
  readonly jobs: JobQueue;
}
