import Type from 'typebox';
import { changeWebhook } from '../../../core/events/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams } from '../../schemas.ts';
import { presentWebhook, WebhookKinds, WebhookSchema, WebhookUrl } from './webhook-schema.ts';

export const changeWebhookRoute = defineRoute({
  operation: 'webhook.change',
  method: 'PATCH',
  path: '/api/webhooks/:id',
  description: 'Changes what is given; `active: true` also forgets that deliveries were given up.',
  params: IdParams,
  body: Type.Object(
    {
      url: Type.Optional(WebhookUrl),
      kinds: Type.Optional(WebhookKinds),
      active: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  answers: { 200: WebhookSchema },
  subject: ({ id = '' }) => ({ kind: 'webhook', id }),
  handle: async (registry, { caller, params, body }) =>
    presentWebhook(await changeWebhook(registry, caller, params.id, body)),
});
