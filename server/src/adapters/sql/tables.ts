import type { AuditTables } from './audit.ts';
import type { ItemTables } from './items.ts';

/** Every table; each feature's file describes its own rows. */
export interface Tables extends AuditTables, ItemTables {
  schema_migrations: { name: string; applied_at: number };
}
