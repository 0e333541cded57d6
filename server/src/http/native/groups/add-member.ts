import Type from 'typebox';
import { addMember } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { MemberParams } from './group-schema.ts';

export const addMemberRoute = defineRoute({
  operation: 'group.add-member',
  method: 'PUT',
  path: '/api/groups/:id/members/:userId',
  params: MemberParams,
  answers: { 204: Type.Null() },
  subject: ({ id = '' }) => ({ kind: 'group', id }),
  handle: async (registry, { caller, params }, reply) => {
    await addMember(registry, caller, { groupId: params.id, userId: params.userId });
    return reply.code(204).send();
  },
});
