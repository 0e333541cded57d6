import Type from 'typebox';
import { deleteWebhook } from '../../../core/events/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';

export const deleteWebhookRoute = defineRoute({
  operation: 'webhook.delete',
  method: 'DELETE',
  path: '/api/webhooks/:id',
  description: 'Its delivery log goes with it.',
  params: IdParams,
  answers: { 204: Type.Null({ description: 'Deleted.' }) },
  subject: ({ id = '' }) => ({ kind: 'webhook', id }),
  handle: async (registry, { caller, params }, reply) => {
    await deleteWebhook(registry, caller, params.id);
    return reply.code(204).send();
  },
});
