import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { type Group, type GroupInserted, groupDescription } from './group.ts';
import { requireName } from './user-name.ts';

/** Throws `group-exists` when the name, or one that reads like it, is taken. */
export async function createGroup(
  ports: { clock: Clock; randomness: Randomness; commit: Commit<GroupInserted | AuditAppended> },
  caller: Caller,
  given: { name: string; description: string },
): Promise<Group> {
  requireName('group', given.name);
  const group: Group = {
    id: ports.randomness.id(),
    name: given.name,
    description: groupDescription(given.description),
    createdAt: ports.clock.now(),
  };
  await ports.commit([
    { change: 'group.insert', group },
    audited(ports, caller, 'group.create', { kind: 'group', id: group.id }),
  ]);
  return group;
}
