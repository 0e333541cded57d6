import Type from 'typebox';
import { createGroup } from '../../../core/access/index.ts';
import { defineRoute } from '../../define-route.ts';
import { GroupSchema, presentGroup } from './group-schema.ts';

export const createGroupRoute = defineRoute({
  operation: 'group.create',
  method: 'POST',
  path: '/api/groups',
  body: Type.Object(
    { name: Type.String({ maxLength: 200 }), description: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
  answers: { 201: GroupSchema },
  handle: async (registry, { caller, body }, reply) => {
    const { name, description = '' } = body;
    const group = await createGroup(registry, caller, { name, description });
    return reply.code(201).header('location', `/api/groups/${group.id}`).send(presentGroup(group));
  },
});
