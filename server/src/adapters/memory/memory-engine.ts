// Everything in maps of one process: for tests, and as the plainest statement of what each port promises.
import { type Change, type Commit, maximumChanges } from '../../core/commit.ts';
import type { AnyChange, RecordsEngine } from '../../core/engine.ts';
import { MemoryAuditLog } from './audit.ts';
import { MemoryAuditTree } from './audit-tree.ts';
import { MemoryContentHolds } from './content-holds.ts';
import { MemoryEventStore } from './events.ts';
import { MemoryFalseAlarmStore } from './false-alarms.ts';
import { MemoryGroupStore } from './groups.ts';
import { MemoryHallmarkStore } from './hallmarks.ts';
import { MemoryItemStore } from './items.ts';
import { MemoryJobQueue } from './jobs.ts';
import { MemoryLoginAttempts } from './login-attempts.ts';
import { MemoryPackageSearch } from './package-search.ts';
import { MemoryPackageStore } from './packages.ts';
import { MemoryPolicyStore } from './policies.ts';
import { memoryRecordTransfer } from './record-transfer.ts';
import { MemoryRegistryMarks } from './registry-marks.ts';
import { MemoryRememberedFileStore } from './remembered-files.ts';
import { MemoryReportStore } from './reports.ts';
import { MemoryTokenStore } from './tokens.ts';
import { MemoryUploadStore } from './uploads.ts';
import { MemoryUserStore } from './users.ts';
import { MemoryValidatorStore } from './validators.ts';
import { MemoryVerdictStore } from './verdicts.ts';
import { MemoryVersionFileStore } from './version-files.ts';
import { MemoryVersionStore } from './versions.ts';
import { MemoryWebhookStore } from './webhooks.ts';

/**
 * How each change of a feature is made. An applier checks its condition before it touches anything, throws the
 * error that the change documents, and returns how to undo what it did.
 */
export type MemoryAppliers<C extends Change> = {
  readonly [Name in C['change']]: (change: Extract<C, { change: Name }>) => () => void;
};

/** The stores of one in-memory registry, and the commit over all of them. */
export function memoryEngine(): RecordsEngine {
  const users = new MemoryUserStore();
  const audit = new MemoryAuditLog();
  const groups = new MemoryGroupStore(users);
  const jobs = new MemoryJobQueue();
  const packages = new MemoryPackageStore();
  const versions = new MemoryVersionStore();
  const stores = {
    users,
    groups,
    tokens: new MemoryTokenStore(users, groups),
    loginAttempts: new MemoryLoginAttempts(),
    audit,
    auditTree: new MemoryAuditTree(audit),
    items: new MemoryItemStore(),
    jobs,
    events: new MemoryEventStore(jobs.appliers),
    webhooks: new MemoryWebhookStore(),
    packages,
    versions,
    search: new MemoryPackageSearch(packages, versions),
    uploads: new MemoryUploadStore(),
    holds: new MemoryContentHolds(),
    reports: new MemoryReportStore(),
    verdicts: new MemoryVerdictStore(),
    falseAlarms: new MemoryFalseAlarmStore(),
    hallmarks: new MemoryHallmarkStore(),
    files: new MemoryVersionFileStore(),
    validators: new MemoryValidatorStore(),
    policies: new MemoryPolicyStore(),
  };
  const appliers: MemoryAppliers<AnyChange> = {
    ...users.appliers,
    ...groups.appliers,
    ...stores.tokens.appliers,
    ...stores.audit.appliers,
    ...stores.items.appliers,
    ...stores.jobs.appliers,
    ...stores.events.appliers,
    ...stores.webhooks.appliers,
    ...stores.packages.appliers,
    ...stores.versions.appliers,
    ...stores.search.appliers,
    ...stores.uploads.appliers,
    ...stores.holds.appliers,
    ...stores.reports.appliers,
    ...stores.verdicts.appliers,
    ...stores.falseAlarms.appliers,
    ...stores.hallmarks.appliers,
    ...stores.validators.appliers,
    ...stores.policies.appliers,
  };
  return {
    ...stores,
    rememberedFiles: new MemoryRememberedFileStore(),
    marks: new MemoryRegistryMarks(),
    transfer: memoryRecordTransfer(stores),
    commit: memoryCommit(appliers),
  };
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
