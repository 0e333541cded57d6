import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { type Group, type GroupDescribed, groupDescription } from './group.ts';
import type { GroupStore } from './ports.ts';
import { readGroup } from './read-group.ts';

/** Changes the description; a group keeps its name. */
export async function changeGroup(
  ports: {
    clock: Clock;
    randomness: Randomness;
    groups: Pick<GroupStore, 'find'>;
    commit: Commit<GroupDescribed | AuditAppended>;
  },
  caller: Caller,
  groupId: string,
  given: { description: string },
): Promise<Group> {
  const group = await readGroup(ports, groupId);
  const description = groupDescription(given.description);
  await ports.commit([
    { change: 'group.describe', groupId, description },
    audited(ports, caller, 'group.change', { kind: 'group', id: groupId }),
  ]);
  return { ...group, description };
}
