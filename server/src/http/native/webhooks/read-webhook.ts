import { readWebhook } from '../../../core/events/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { presentWebhook, WebhookSchema } from './webhook-schema.ts';

export const readWebhookRoute = defineRoute({
  operation: 'webhook.read',
  method: 'GET',
  path: '/api/webhooks/:id',
  params: IdParams,
  answers: { 200: WebhookSchema },
  subject: ({ id = '' }) => ({ kind: 'webhook', id }),
  handle: async (registry, { caller, params }) =>
    presentWebhook(await readWebhook(registry, caller, params.id)),
});
