// What a records engine (SQLite, memory, …) must fill: the stores of every feature and one commit over them.
// Adapters implement it and wiring chooses one; a feature never sees more of it than its own ports.
import type { AccessChange, GroupStore, LoginAttempts, TokenStore, UserStore } from './access/index.ts';
import type { AuditAppended, AuditLog, AuditTree } from './audit/index.ts';
import type { RememberedFileStore } from './checks/index.ts';
import type { Commit } from './commit.ts';
import type { ContentHeld, ContentHolds, ContentReleased } from './content/index.ts';
import type { EventAppended, EventStore, WebhookChange, WebhookStore } from './events/index.ts';
import type { PolicyAppended, PolicyStore } from './gate/index.ts';
import type { HallmarkAppended, HallmarkStore } from './hallmarks/index.ts';
import type { ItemInserted, ItemStore } from './items/index.ts';
import type { JobQueue, JobQueued, JobRevived } from './jobs/index.ts';
import type {
  PackageChanged,
  PackageIndexed,
  PackageInserted,
  PackageSearch,
  PackageStore,
  VersionChanged,
  VersionInserted,
  VersionStore,
} from './packages/index.ts';
import type {
  FalseAlarmPut,
  FalseAlarmStore,
  ReportPut,
  ReportStore,
  VerdictAppended,
  VerdictStore,
  VersionFileStore,
} from './pipeline/index.ts';
import type { RecordTransfer, RegistryMarks } from './transfer/index.ts';
import type { UploadChanged, UploadInserted, UploadStore } from './uploads/index.ts';
import type { ValidatorAppended, ValidatorStore } from './validators/index.ts';

export type AnyChange =
  | AccessChange
  | AuditAppended
  | EventAppended
  | WebhookChange
  | ItemInserted
  | JobQueued
  | JobRevived
  | PackageInserted
  | PackageChanged
  | VersionInserted
  | VersionChanged
  | PackageIndexed
  | UploadInserted
  | UploadChanged
  | ContentHeld
  | ContentReleased
  | ReportPut
  | VerdictAppended
  | HallmarkAppended
  | FalseAlarmPut
  | ValidatorAppended
  | PolicyAppended;

/**
 * What a method reads includes everything that resolved before, in whatever process. Only these may be a moment behind on an
 * engine that keeps copies: `search.search`, `packages.list`, `audit.list`, `audit.countByDay`,
 * `webhooks.listDeliveries` and `jobs.statistics`.
 */
export interface RecordsEngine {
  readonly commit: Commit<AnyChange>;
  readonly users: UserStore;
  readonly groups: GroupStore;
  readonly tokens: TokenStore;
  readonly loginAttempts: LoginAttempts;
  readonly audit: AuditLog;
  readonly auditTree: AuditTree;
  readonly items: ItemStore;
  readonly jobs: JobQueue;
  readonly events: EventStore;
  readonly webhooks: WebhookStore;
  readonly packages: PackageStore;
  readonly versions: VersionStore;
  readonly search: PackageSearch;
  readonly uploads: UploadStore;
  readonly holds: ContentHolds;
  readonly reports: ReportStore;
  readonly verdicts: VerdictStore;
  readonly falseAlarms: FalseAlarmStore;
  readonly hallmarks: HallmarkStore;
  readonly files: VersionFileStore;
  readonly rememberedFiles: RememberedFileStore;
  readonly validators: ValidatorStore;
  readonly policies: PolicyStore;
  /** Of no use to requests and jobs: for moving the registry to another engine. */
  readonly marks: RegistryMarks;
  readonly transfer: RecordTransfer;
}
