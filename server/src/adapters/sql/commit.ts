import { type Commit, maximumChanges } from '../../core/commit.ts';
import type { AnyChange } from '../../core/engine.ts';
import { auditChanges } from './audit.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { itemChanges } from './items.ts';
import { jobChanges } from './jobs.ts';
import type { SqlDatabase } from './sqlite-database.ts';

const appliers: ChangeAppliers<AnyChange> = { ...auditChanges, ...itemChanges, ...jobChanges };

/** Commits changes in one transaction. */
export function sqlCommit(database: SqlDatabase): Commit<AnyChange> {
  return (changes) => {
    if (changes.length > maximumChanges) throw new Error(`${changes.length} changes in one commit`);
    return database.write.transaction().execute(async (write) => {
      for (const change of changes) {
        const apply = appliers[change.change] as (w: typeof write, c: AnyChange) => Promise<unknown>;
        await apply(write, change);
      }
    });
  };
}
