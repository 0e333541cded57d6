import type { AccessChange } from '../../core/access/index.ts';
import type { ContentHeld, ContentReleased } from '../../core/content/index.ts';
import type { RecordsEngine } from '../../core/engine.ts';
import type { ItemInserted } from '../../core/items/index.ts';
import type { ReportPut } from '../../core/pipeline/index.ts';
import type { UploadChanged, UploadInserted } from '../../core/uploads/index.ts';
import type { ChangePlanners } from './change-planners.ts';
import { dynamoCommit } from './commit.ts';
import { contentHoldPlanners, DynamoContentHolds } from './content-holds.ts';
import type { DynamoDatabase } from './database.ts';
import { FollowUps } from './follow-ups.ts';
import { DynamoGroupStore, groupPlanners } from './groups.ts';
import { DynamoItemStore, itemPlanners } from './items.ts';
import { DynamoLoginAttempts } from './login-attempts.ts';
import { membershipFollowUps } from './memberships.ts';
import { DynamoReportStore, reportPlanners } from './reports.ts';
import { DynamoTokenStore, tokenPlanners } from './tokens.ts';
import { DynamoUploadStore, uploadPlanners } from './uploads.ts';
import { DynamoUserStore, userPlanners } from './users.ts';
import { DynamoVersionFileStore } from './version-files.ts';

type PlannedChange =
  | AccessChange
  | ItemInserted
  | UploadInserted
  | UploadChanged
  | ContentHeld
  | ContentReleased
  | ReportPut;

const planners: ChangePlanners<PlannedChange> = {
  ...userPlanners,
  ...groupPlanners,
  ...tokenPlanners,
  ...itemPlanners,
  ...uploadPlanners,
  ...contentHoldPlanners,
  ...reportPlanners,
};

/** The stores of a registry whose records lie in DynamoDB, and the commit over all of them. */
export function dynamoEngine(database: DynamoDatabase) {
  const followUps = new FollowUps(database, {
    ...membershipFollowUps(database),
  });
  return {
    users: new DynamoUserStore(database),
    groups: new DynamoGroupStore(database),
    tokens: new DynamoTokenStore(database),
    loginAttempts: new DynamoLoginAttempts(database),
    items: new DynamoItemStore(database),
    uploads: new DynamoUploadStore(database),
    holds: new DynamoContentHolds(database),
    reports: new DynamoReportStore(database),
    files: new DynamoVersionFileStore(database),
    commit: dynamoCommit(database, planners, followUps),
  } satisfies Partial<Record<keyof RecordsEngine, unknown>>;
}
