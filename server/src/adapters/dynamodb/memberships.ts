// That a user is in a group is noted twice, in the same commit: in the user, which decides what they may do, and in an
// item beside the group, by which its members are listed. When one of the two goes, an unknown number of notes with
// the other have to go as well, which follows the commit.

import type { DynamoDatabase } from './database.ts';
import type { FollowUpWorkers } from './follow-ups.ts';
import type { Key } from './tables.ts';
import { userKey } from './users.ts';
import { type FollowUp, newTag } from './working-items.ts';

export interface MemberRow {
  readonly groupId: string;
  readonly groupName: string;
  readonly userId: string;
  readonly userName: string;
}

export const groupPartition = (groupId: string) => `group#${groupId}`;
export const memberPrefix = 'member#';
export const memberKey = (groupId: string, userId: string): Key => ({
  table: 'users',
  pk: groupPartition(groupId),
  sk: `${memberPrefix}${userId}`,
});

/** The user is gone. */
export function forgottenMember(userId: string, groupIds: readonly string[]): FollowUp {
  return { kind: 'forget-member', payload: { userId, groupIds } };
}

/** The group is gone. */
export function forgottenGroup(groupId: string): FollowUp {
  return { kind: 'forget-group', payload: { groupId } };
}

const atOnce = 10;

export function membershipFollowUps(database: DynamoDatabase): FollowUpWorkers {
  return {
    async 'forget-member'(payload) {
      const { userId, groupIds } = payload as { userId: string; groupIds: readonly string[] };
      await database.writeMany(
        groupIds.map((groupId) => ({ key: memberKey(groupId, userId), attributes: null })),
      );
    },

    'forget-group': (payload) => forgetGroupMembers(database, (payload as { groupId: string }).groupId),
  };
}

/** Ends all memberships of the group. */
export async function forgetGroupMembers(database: DynamoDatabase, groupId: string): Promise<void> {
  const members = database.query<MemberRow>({
    table: 'users',
    partition: groupPartition(groupId),
    sort: { beginsWith: memberPrefix },
  });
  let batch: string[] = [];
  for await (const { userId } of members) {
    batch.push(userId);
    if (batch.length < atOnce) continue;
    await Promise.all(batch.map((id) => forgetGroup(database, groupId, id)));
    batch = [];
  }
  await Promise.all(batch.map((id) => forgetGroup(database, groupId, id)));
}

/** The item beside the group goes last: it is what leads here again after an interruption. */
async function forgetGroup(database: DynamoDatabase, groupId: string, userId: string): Promise<void> {
  await database.update(userKey(userId), {
    update: 'REMOVE #groups.#group SET #tag = :tag',
    when: 'attribute_exists(#pk)',
    values: { tag: newTag() },
    names: { group: groupId },
  });
  await database.delete(memberKey(groupId, userId));
}
