import { requireUnlimitedToken } from '../access/index.ts';
import { type Caller, isAdmin } from '../caller.ts';
import { notFound } from '../errors.ts';
import type { WebhookStore } from './ports.ts';
import type { Delivery, Webhook } from './webhook.ts';

/** The webhook, for its user and administrators; to others it is not there. */
export async function readWebhook(
  { webhooks }: { webhooks: Pick<WebhookStore, 'find'> },
  caller: Caller,
  id: string,
): Promise<Webhook> {
  requireUnlimitedToken(caller);
  const webhook = await webhooks.find(id);
  const visible = webhook !== null && (isAdmin(caller) || webhook.userId === caller.user?.id);
  if (!visible) throw notFound('webhook', id);
  return webhook;
}

/** The delivery and its webhook, for the webhook's user and administrators. */
export async function readDelivery(
  ports: { webhooks: Pick<WebhookStore, 'find' | 'findDelivery'> },
  caller: Caller,
  ids: { webhookId: string; deliveryId: string },
): Promise<{ webhook: Webhook; delivery: Delivery }> {
  const webhook = await readWebhook(ports, caller, ids.webhookId);
  const delivery = await ports.webhooks.findDelivery(ids.deliveryId);
  if (delivery?.webhookId !== webhook.id) throw notFound('delivery', ids.deliveryId);
  return { webhook, delivery };
}
