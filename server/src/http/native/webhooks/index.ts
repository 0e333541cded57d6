import type { Route } from '../../define-route.ts';
import { changeWebhookRoute } from './change-webhook.ts';
import { createWebhookRoute } from './create-webhook.ts';
import { deleteWebhookRoute } from './delete-webhook.ts';
import { listDeliveriesRoute } from './list-deliveries.ts';
import { listWebhooksRoute } from './list-webhooks.ts';
import { readWebhookRoute } from './read-webhook.ts';
import { redeliverRoute } from './redeliver.ts';

export const webhookRoutes: readonly Route[] = [
  listWebhooksRoute,
  createWebhookRoute,
  readWebhookRoute,
  changeWebhookRoute,
  deleteWebhookRoute,
  listDeliveriesRoute,
  redeliverRoute,
];
