import Type from 'typebox';
import { redeliver } from '../../../core/events/index.ts';
import { defineRoute } from '../../define-route.ts';
import { Id } from '../../schemas.ts';
import { DeliveryId, DeliverySchema, presentDelivery } from './webhook-schema.ts';

export const redeliverRoute = defineRoute({
  operation: 'webhook.redeliver',
  method: 'POST',
  path: '/api/webhooks/:id/deliveries/:deliveryId/redeliver',
  description: 'Sends a delivery that has ended once more, under the same `webhook-id`.',
  params: Type.Object({ id: Id, deliveryId: DeliveryId }),
  answers: { 202: DeliverySchema },
  subject: ({ id = '' }) => ({ kind: 'webhook', id }),
  handle: async (registry, { caller, params }, reply) => {
    const ids = { webhookId: params.id, deliveryId: params.deliveryId };
    return reply.code(202).send(presentDelivery(await redeliver(registry, caller, ids)));
  },
});
