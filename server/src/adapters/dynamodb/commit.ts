// A commit is planned change by change, made by one transaction, and followed up:
//
//   plan ──► transaction ──► follow up
//
// A violated condition shows while planning, in what was read; so the error is that of the first change that is
// violated, in the words of its feature.
import { type Change, type Commit, maximumChanges } from '../../core/commit.ts';
import type { ChangePlanners, Planner } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import type { FollowUps } from './follow-ups.ts';
import { commitItems } from './transaction.ts';

export function dynamoCommit<C extends Change>(
  database: DynamoDatabase,
  planners: ChangePlanners<C>,
  followUps: FollowUps,
): Commit<C> {
  return async (changes) => {
    if (changes.length > maximumChanges) throw new Error(`${changes.length} changes in one commit`);
    let followed: ReturnType<FollowUps['noteIn']> = [];
    await commitItems(database, async (items) => {
      await items.load(changes.flatMap((change) => plannerOf(planners, change).reads?.(change) ?? []));
      for (const change of changes) await plannerOf(planners, change).plan(items, change);
      followed = followUps.noteIn(items);
    });
    await followUps.finish(followed);
  };
}

function plannerOf<C extends Change>(planners: ChangePlanners<C>, change: C): Planner<C> {
  return planners[change.change as C['change']] as unknown as Planner<C>;
}
