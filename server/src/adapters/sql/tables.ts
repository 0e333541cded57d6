import type { AuditTables } from './audit.ts';
import type { AuditTreeTables } from './audit-tree.ts';
import type { ContentHoldTables } from './content-holds.ts';
import type { EventTables } from './events.ts';
import type { FalseAlarmTables } from './false-alarms.ts';
import type { GroupTables } from './groups.ts';
import type { HallmarkTables } from './hallmarks.ts';
import type { ItemTables } from './items.ts';
import type { JobTables } from './jobs.ts';
import type { LoginAttemptTables } from './login-attempts.ts';
import type { PackageReaderTables } from './package-readers.ts';
import type { PackageSearchTables } from './package-search.ts';
import type { PackageTables } from './packages.ts';
import type { PolicyTables } from './policies.ts';
import type { RegistryMarkTables } from './registry-marks.ts';
import type { RememberedFileTables } from './remembered-files.ts';
import type { ReportTables } from './reports.ts';
import type { TokenTables } from './tokens.ts';
import type { UploadTables } from './uploads.ts';
import type { UserTables } from './users.ts';
import type { ValidatorTables } from './validators.ts';
import type { VerdictTables } from './verdicts.ts';
import type { VersionFileTables } from './version-files.ts';
import type { VersionTables } from './versions.ts';
import type { WebhookTables } from './webhooks.ts';

/** Every table; each feature's file describes its own rows. */
export interface Tables
  extends AuditTables,
    AuditTreeTables,
    UserTables,
    GroupTables,
    TokenTables,
    LoginAttemptTables,
    ItemTables,
    JobTables,
    EventTables,
    WebhookTables,
    PackageTables,
    VersionTables,
    PackageReaderTables,
    PackageSearchTables,
    UploadTables,
    ContentHoldTables,
    ReportTables,
    VerdictTables,
    FalseAlarmTables,
    HallmarkTables,
    ValidatorTables,
    PolicyTables,
    RegistryMarkTables,
    RememberedFileTables,
    VersionFileTables {
  schema_migrations: { name: string; applied_at: number; works_from?: string | null };
}
