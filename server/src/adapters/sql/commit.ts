import { type Commit, maximumChanges } from '../../core/commit.ts';
import type { AnyChange } from '../../core/engine.ts';
import { auditChanges } from './audit.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { contentHoldChanges } from './content-holds.ts';
import { eventChanges } from './events.ts';
import { falseAlarmChanges } from './false-alarms.ts';
import { groupChanges } from './groups.ts';
import { hallmarkChanges } from './hallmarks.ts';
import { itemChanges } from './items.ts';
import { jobChanges } from './jobs.ts';
import { packageSearchChanges } from './package-search.ts';
import { packageChanges } from './packages.ts';
import { policyChanges } from './policies.ts';
import { reportChanges } from './reports.ts';
import type { SqlDatabase, SqlDialect } from './sql-database.ts';
import { tokenChanges } from './tokens.ts';
import { uploadChanges } from './uploads.ts';
import { userChanges } from './users.ts';
import { validatorChanges } from './validators.ts';
import { verdictChanges } from './verdicts.ts';
import { versionChanges } from './versions.ts';
import { webhookChanges } from './webhooks.ts';

const appliers: ChangeAppliers<AnyChange> = {
  ...userChanges,
  ...groupChanges,
  ...tokenChanges,
  ...auditChanges,
  ...itemChanges,
  ...jobChanges,
  ...eventChanges,
  ...webhookChanges,
  ...packageChanges,
  ...versionChanges,
  ...packageSearchChanges,
  ...uploadChanges,
  ...contentHoldChanges,
  ...reportChanges,
  ...verdictChanges,
  ...falseAlarmChanges,
  ...hallmarkChanges,
  ...validatorChanges,
  ...policyChanges,
};

/** Commits changes in one transaction. */
export function sqlCommit(database: SqlDatabase): Commit<AnyChange> {
  return async (changes) => {
    if (changes.length > maximumChanges) throw new Error(`${changes.length} changes in one commit`);
    const ordered = eventsLast(changes);
    await database.transaction(async (write) => {
      for (const change of ordered) {
        const apply = appliers[change.change] as (
          w: typeof write,
          c: AnyChange,
          d: SqlDialect,
        ) => Promise<unknown>;
        await apply(write, change, database.dialect);
      }
    });
  };
}

/** Events are appended one commit after the other; so late, nobody waits for the rest of this one. */
function eventsLast(changes: readonly AnyChange[]): readonly AnyChange[] {
  const isEvent = ({ change }: AnyChange) => change === 'event.append';
  return [...changes.filter((change) => !isEvent(change)), ...changes.filter(isEvent)];
}
