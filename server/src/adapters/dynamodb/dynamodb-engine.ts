import type { AnyChange, RecordsEngine } from '../../core/engine.ts';
import { accessTransfer } from './access-transfer.ts';
import { DynamoAuditLog } from './audit.ts';
import { auditTransfer } from './audit-transfer.ts';
import { DynamoAuditTree } from './audit-tree.ts';
import type { ChangePlanners } from './change-planners.ts';
import { dynamoCommit } from './commit.ts';
import { contentHoldPlanners, DynamoContentHolds } from './content-holds.ts';
import { contentsTransfer } from './contents-transfer.ts';
import type { DynamoDatabase } from './database.ts';
import { DynamoEventStore, eventFollowUps, eventPlanners } from './events.ts';
import { eventsTransfer } from './events-transfer.ts';
import { DynamoFalseAlarmStore, falseAlarmPlanners } from './false-alarms.ts';
import { FollowUps } from './follow-ups.ts';
import { DynamoGroupStore, groupPlanners } from './groups.ts';
import { DynamoHallmarkStore, hallmarkPlanners } from './hallmarks.ts';
import { DynamoItemStore, itemPlanners } from './items.ts';
import { DynamoJobQueue, jobPlanners } from './jobs.ts';
import { DynamoLoginAttempts } from './login-attempts.ts';
import { membershipFollowUps } from './memberships.ts';
import { DynamoPackageSearch } from './package-search.ts';
import { packageSearchFollowUps, packageSearchPlanners } from './package-search-index.ts';
import { DynamoPackageStore, packagePlanners } from './packages.ts';
import { packagesTransfer } from './packages-transfer.ts';
import { DynamoPolicyStore, policyPlanners } from './policies.ts';
import { DynamoRegistryMarks } from './registry-marks.ts';
import { DynamoRememberedFileStore } from './remembered-files.ts';
import { DynamoReportStore, reportPlanners } from './reports.ts';
import { DynamoTokenStore, tokenPlanners } from './tokens.ts';
import { DynamoUploadStore, uploadPlanners } from './uploads.ts';
import { DynamoUserStore, userPlanners } from './users.ts';
import { DynamoValidatorStore, validatorPlanners } from './validators.ts';
import { DynamoVerdictStore, verdictPlanners } from './verdicts.ts';
import { DynamoVersionFileStore } from './version-files.ts';
import { DynamoVersionStore, versionPlanners } from './versions.ts';
import { DynamoWebhookStore, webhookFollowUps, webhookPlanners } from './webhooks.ts';

/** The stores of a registry whose records lie in DynamoDB, and the commit over all of them. Over 60 lines: a list of parts. */
export function dynamoEngine(database: DynamoDatabase): RecordsEngine {
  const audit = new DynamoAuditLog(database);
  const auditTree = new DynamoAuditTree(database, audit);
  const versions = new DynamoVersionStore(database);
  const planners: ChangePlanners<AnyChange> = {
    ...userPlanners,
    ...groupPlanners,
    ...tokenPlanners,
    ...audit.planners,
    ...itemPlanners,
    ...jobPlanners,
    ...eventPlanners,
    ...webhookPlanners,
    ...packagePlanners,
    ...versionPlanners,
    ...packageSearchPlanners,
    ...uploadPlanners,
    ...contentHoldPlanners,
    ...reportPlanners,
    ...verdictPlanners,
    ...falseAlarmPlanners,
    ...hallmarkPlanners,
    ...validatorPlanners,
    ...policyPlanners,
  };
  const followUps = new FollowUps(database, {
    ...membershipFollowUps(database),
    ...eventFollowUps(database),
    ...webhookFollowUps(database),
    ...packageSearchFollowUps(database),
  });
  const commit = dynamoCommit(database, planners, followUps);
  return {
    async commit(changes) {
      await commit(changes);
      audit.tidy();
    },
    users: new DynamoUserStore(database),
    groups: new DynamoGroupStore(database),
    tokens: new DynamoTokenStore(database),
    loginAttempts: new DynamoLoginAttempts(database),
    audit,
    auditTree,
    items: new DynamoItemStore(database),
    jobs: new DynamoJobQueue(database),
    events: new DynamoEventStore(database),
    webhooks: new DynamoWebhookStore(database),
    packages: new DynamoPackageStore(database),
    versions,
    search: new DynamoPackageSearch(database, versions),
    uploads: new DynamoUploadStore(database),
    holds: new DynamoContentHolds(database),
    reports: new DynamoReportStore(database),
    verdicts: new DynamoVerdictStore(database),
    falseAlarms: new DynamoFalseAlarmStore(database),
    hallmarks: new DynamoHallmarkStore(database),
    files: new DynamoVersionFileStore(database),
    validators: new DynamoValidatorStore(database),
    policies: new DynamoPolicyStore(database),
    rememberedFiles: new DynamoRememberedFileStore(database),
    marks: new DynamoRegistryMarks(database),
    transfer: {
      ...accessTransfer(database),
      ...contentsTransfer(database),
      ...packagesTransfer(database),
      ...eventsTransfer(database),
      ...auditTransfer(database, audit, auditTree),
    },
  };
}
