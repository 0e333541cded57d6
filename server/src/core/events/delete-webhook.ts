import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { WebhookStore } from './ports.ts';
import type { WebhookDeleted } from './webhook.ts';
import { readWebhook } from './webhook-access.ts';

/** Removes the webhook and its delivery log; a delivery under way may still arrive. */
export async function deleteWebhook(
  ports: {
    clock: Clock;
    randomness: Randomness;
    commit: Commit<WebhookDeleted | AuditAppended>;
    webhooks: Pick<WebhookStore, 'find'>;
  },
  caller: Caller,
  id: string,
): Promise<void> {
  await readWebhook(ports, caller, id);
  await ports.commit([
    { change: 'webhook.delete', webhookId: id },
    audited(ports, caller, 'webhook.delete', { kind: 'webhook', id }),
  ]);
}
