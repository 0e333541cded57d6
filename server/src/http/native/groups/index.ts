import type { Route } from '../../define-route.ts';
import { addMemberRoute } from './add-member.ts';
import { changeGroupRoute } from './change-group.ts';
import { createGroupRoute } from './create-group.ts';
import { deleteGroupRoute } from './delete-group.ts';
import { listGroupsRoute } from './list-groups.ts';
import { listMembersRoute } from './list-members.ts';
import { readGroupRoute } from './read-group.ts';
import { removeMemberRoute } from './remove-member.ts';

export const groupRoutes: readonly Route[] = [
  listGroupsRoute,
  createGroupRoute,
  readGroupRoute,
  changeGroupRoute,
  deleteGroupRoute,
  listMembersRoute,
  addMemberRoute,
  removeMemberRoute,
];
