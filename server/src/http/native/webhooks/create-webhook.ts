import Type from 'typebox';
import { createWebhook } from '../../../core/events/index.ts';
import { defineRoute } from '../../define-route.ts';
import { presentWebhook, WebhookKinds, WebhookSchema, WebhookUrl } from './webhook-schema.ts';

export const createWebhookRoute = defineRoute({
  operation: 'webhook.create',
  method: 'POST',
  path: '/api/webhooks',
  description:
    'Deliveries are signed by the Standard Webhooks specification with the secret, which is shown in this answer only.',
  body: Type.Object(
    { url: WebhookUrl, kinds: WebhookKinds, active: Type.Boolean({ default: true }) },
    { additionalProperties: false },
  ),
  answers: {
    201: Type.Object({
      ...WebhookSchema.properties,
      secret: Type.String({ description: '`whsec_…`; not shown again.' }),
    }),
  },
  handle: async (registry, { caller, body }, reply) => {
    const { webhook, secret } = await createWebhook(registry, caller, body);
    return reply
      .code(201)
      .header('location', `/api/webhooks/${webhook.id}`)
      .header('cache-control', 'no-store')
      .send({ ...presentWebhook(webhook), secret });
  },
});
