import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import type { JobQueued } from '../jobs/index.ts';
import type { WebhookStore } from './ports.ts';
import { type Delivery, type DeliveryReplaced, deliveryJob } from './webhook.ts';
import { readDelivery } from './webhook-access.ts';

/** Sends a delivery that has ended, well or not, once more from its first attempt. */
export async function redeliver(
  ports: {
    clock: Clock;
    randomness: Randomness;
    commit: Commit<DeliveryReplaced | JobQueued | AuditAppended>;
    webhooks: Pick<WebhookStore, 'find' | 'findDelivery'>;
  },
  caller: Caller,
  ids: { webhookId: string; deliveryId: string },
): Promise<Delivery> {
  const { webhook, delivery: stored } = await readDelivery(ports, caller, ids);
  if (!webhook.active) {
    throw new RegistryError('state-conflict', 'The webhook is switched off; switch it on first.');
  }
  if (stored.state === 'pending') {
    throw new RegistryError('state-conflict', 'The delivery is pending; it is being tried already.');
  }
  const delivery: Delivery = {
    ...stored,
    state: 'pending',
    round: stored.round + 1,
    revision: stored.revision + 1,
  };
  await ports.commit([
    { change: 'delivery.replace', delivery },
    { change: 'job.queue', job: deliveryJob(delivery, ports.clock.now()) },
    audited(ports, caller, 'webhook.redeliver', { kind: 'webhook', id: webhook.id }),
  ]);
  return delivery;
}
