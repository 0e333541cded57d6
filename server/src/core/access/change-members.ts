import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { GroupMemberAdded, GroupMemberRemoved } from './group.ts';
import type { GroupStore } from './ports.ts';
import { readGroup } from './read-group.ts';

interface MemberPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly commit: Commit<GroupMemberAdded | GroupMemberRemoved | AuditAppended>;
}

/** Makes the user a member; nothing when they are one. Throws `not-found`. */
export async function addMember(
  ports: MemberPorts,
  caller: Caller,
  given: { groupId: string; userId: string },
): Promise<void> {
  await ports.commit([
    { change: 'group.add-member', ...given },
    audited(ports, caller, 'group.add-member', subjectOf(given), { reason: `user ${given.userId}` }),
  ]);
}

/** Ends a membership; nothing when there is none. Throws `not-found` for a group that is not there. */
export async function removeMember(
  ports: MemberPorts & { groups: Pick<GroupStore, 'find'> },
  caller: Caller,
  given: { groupId: string; userId: string },
): Promise<void> {
  await readGroup(ports, given.groupId);
  await ports.commit([
    { change: 'group.remove-member', ...given },
    audited(ports, caller, 'group.remove-member', subjectOf(given), { reason: `user ${given.userId}` }),
  ]);
}

function subjectOf({ groupId }: { groupId: string }) {
  return { kind: 'group', id: groupId };
}
