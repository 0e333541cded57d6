import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { GroupDeleted } from './group.ts';
import type { GroupStore } from './ports.ts';
import { readGroup } from './read-group.ts';

/** Deletes the group; what it alone maintained is left to administrators. */
export async function deleteGroup(
  ports: {
    clock: Clock;
    randomness: Randomness;
    groups: Pick<GroupStore, 'find'>;
    commit: Commit<GroupDeleted | AuditAppended>;
  },
  caller: Caller,
  groupId: string,
): Promise<void> {
  await readGroup(ports, groupId);
  await ports.commit([
    { change: 'group.delete', groupId },
    audited(ports, caller, 'group.delete', { kind: 'group', id: groupId }),
  ]);
}
