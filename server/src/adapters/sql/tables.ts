import type { AuditTables } from './audit.ts';
import type { ItemTables } from './items.ts';
import type { JobTables } from './jobs.ts';

/** Every table; each feature's file describes its own rows. */
export interface Tables extends AuditTables, ItemTables, JobTables {
  schema_migrations: { name: string; applied_at: number };
}
