import type { RecordsEngine } from '../../core/engine.ts';
import { SqlAuditLog } from './audit.ts';
import { SqlAuditTree } from './audit-tree.ts';
import { sqlCommit } from './commit.ts';
import { SqlContentHolds } from './content-holds.ts';
import { SqlEventStore } from './events.ts';
import { SqlFalseAlarmStore } from './false-alarms.ts';
import { SqlGroupStore } from './groups.ts';
import { SqlHallmarkStore } from './hallmarks.ts';
import { SqlItemStore } from './items.ts';
import { SqlJobQueue } from './jobs.ts';
import { SqlLoginAttempts } from './login-attempts.ts';
import { SqlPackageSearch } from './package-search.ts';
import { SqlPackageStore } from './packages.ts';
import { SqlPolicyStore } from './policies.ts';
import { sqlRecordTransfer } from './record-transfer.ts';
import { SqlRegistryMarks } from './registry-marks.ts';
import { SqlRememberedFileStore } from './remembered-files.ts';
import { SqlReportStore } from './reports.ts';
import type { SqlDatabase } from './sql-database.ts';
import { SqlTokenStore } from './tokens.ts';
import { SqlUploadStore } from './uploads.ts';
import { SqlUserStore } from './users.ts';
import { SqlValidatorStore } from './validators.ts';
import { SqlVerdictStore } from './verdicts.ts';
import { SqlVersionFileStore } from './version-files.ts';
import { SqlVersionStore } from './versions.ts';
import { SqlWebhookStore } from './webhooks.ts';

/** The stores of a registry whose records lie in an SQL database, and the commit over all of them. */
export function sqlEngine(database: SqlDatabase): RecordsEngine {
  return {
    users: new SqlUserStore(database),
    groups: new SqlGroupStore(database),
    tokens: new SqlTokenStore(database),
    loginAttempts: new SqlLoginAttempts(database),
    audit: new SqlAuditLog(database),
    auditTree: new SqlAuditTree(database),
    items: new SqlItemStore(database),
    jobs: new SqlJobQueue(database),
    events: new SqlEventStore(database),
    webhooks: new SqlWebhookStore(database),
    packages: new SqlPackageStore(database),
    versions: new SqlVersionStore(database),
    search: new SqlPackageSearch(database),
    uploads: new SqlUploadStore(database),
    holds: new SqlContentHolds(database),
    reports: new SqlReportStore(database),
    verdicts: new SqlVerdictStore(database),
    falseAlarms: new SqlFalseAlarmStore(database),
    hallmarks: new SqlHallmarkStore(database),
    files: new SqlVersionFileStore(database),
    validators: new SqlValidatorStore(database),
    policies: new SqlPolicyStore(database),
    rememberedFiles: new SqlRememberedFileStore(database),
    marks: new SqlRegistryMarks(database),
    transfer: sqlRecordTransfer(database),
    commit: sqlCommit(database),
  };
}
