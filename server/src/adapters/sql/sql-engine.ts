import type { RecordsEngine } from '../../core/engine.ts';
import { SqlAuditLog } from './audit.ts';
import { sqlCommit } from './commit.ts';
import { SqlItemStore } from './items.ts';
import { SqlJobQueue } from './jobs.ts';
import type { SqlDatabase } from './sqlite-database.ts';

/** The stores of a registry whose records lie in an SQL database, and the commit over all of them. */
export function sqlEngine(database: SqlDatabase): RecordsEngine {
  return {
    audit: new SqlAuditLog(database),
    items: new SqlItemStore(database),
    jobs: new SqlJobQueue(database),
    commit: sqlCommit(database),
  };
}
