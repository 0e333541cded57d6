import Type from 'typebox';
import { listGroupMembers } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id, IdParams, PageOf, PageQuery, presentPage } from '../../schemas.ts';

export const listMembersRoute = defineRoute({
  operation: 'group.list-members',
  method: 'GET',
  path: '/api/groups/:id/members',
  description: 'Shown to members of the group and to administrators.',
  params: IdParams,
  query: Type.Object(PageQuery),
  answers: { 200: PageOf(Type.Object({ userId: Id, userName: Type.String() })) },
  subject: ({ id = '' }) => ({ kind: 'group', id }),
  handle: async (registry, { caller, params, query }) =>
    presentPage(await listGroupMembers(registry, caller, params.id, query), (member) => member),
});
