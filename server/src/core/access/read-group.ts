import { type Caller, isAdmin } from '../caller.ts';
import { notFound, RegistryError } from '../errors.ts';
import type { Page, PageRequest } from '../paging.ts';
import { userOf } from './acting-user.ts';
import type { Group, GroupMember } from './group.ts';
import type { GroupStore } from './ports.ts';

export async function readGroup(
  ports: { groups: Pick<GroupStore, 'find'> },
  groupId: string,
): Promise<Group> {
  const group = await ports.groups.find(groupId);
  if (group === null) throw notFound('group', groupId);
  return group;
}

/** Who is in a group is shown to its members and to administrators. */
export async function listGroupMembers(
  ports: { groups: Pick<GroupStore, 'find' | 'listMembers'> },
  caller: Caller,
  groupId: string,
  page: PageRequest,
): Promise<Page<GroupMember>> {
  await readGroup(ports, groupId);
  if (!isAdmin(caller) && !userOf(caller).groupIds.has(groupId)) {
    throw new RegistryError('permission-denied', 'The members of a group are shown to its members only.');
  }
  return ports.groups.listMembers(groupId, page);
}
