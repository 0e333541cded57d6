import Type from 'typebox';
import { readWebhook } from '../../../core/events/index.ts';
import { defineRoute } from '../../define-route.ts';
import { IdParams, PageOf, PageQuery, presentPage } from '../../schemas.ts';
import { DeliverySchema, presentDelivery } from './webhook-schema.ts';

export const listDeliveriesRoute = defineRoute({
  operation: 'webhook.list-deliveries',
  method: 'GET',
  path: '/api/webhooks/:id/deliveries',
  description: 'The newest first, each with its attempts.',
  params: IdParams,
  query: Type.Object(PageQuery),
  answers: { 200: PageOf(DeliverySchema) },
  subject: ({ id = '' }) => ({ kind: 'webhook', id }),
  handle: async (registry, { caller, params, query }) => {
    const webhook = await readWebhook(registry, caller, params.id);
    return presentPage(await registry.webhooks.listDeliveries(webhook.id, query), presentDelivery);
  },
});
