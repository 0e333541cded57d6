import type { UserStore } from '../access/index.ts';
import type { Clock } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import { secretPurpose } from './create-webhook.ts';
import type { RegistryEvent } from './event.ts';
import type { EventStore, SecretBox, WebhookSender, WebhookStore } from './ports.ts';
import { signedHeaders } from './signature.ts';
import {
  type Delivery,
  type DeliveryAttempt,
  type DeliveryReplaced,
  maximumAttemptsKept,
  type Webhook,
  type WebhookReplaced,
} from './webhook.ts';

export interface DeliverPorts {
  clock: Clock;
  commit: Commit<DeliveryReplaced | WebhookReplaced>;
  events: Pick<EventStore, 'find'>;
  webhooks: Pick<WebhookStore, 'find' | 'findDelivery'>;
  users: Pick<UserStore, 'find'>;
  webhookSender: Pick<WebhookSender, 'post'>;
  secretBox: Pick<SecretBox, 'open'>;
}

/**
 * Makes one attempt and writes it down. Returns the delivery as it is then, `pending` when another attempt is
 * due; null when there is nothing to deliver any more, or nobody whose it is: a deleted user is told nothing. A `lastAttempt` that fails makes it dead, and a webhook with
 * `switchOffAfter` dead deliveries in a row is switched off.
 */
export async function deliver(
  ports: DeliverPorts,
  id: string,
  rules: { lastAttempt: boolean; switchOffAfter: number },
): Promise<Delivery | null> {
  const stored = await ports.webhooks.findDelivery(id);
  if (stored?.state !== 'pending') return stored;
  const webhook = await ports.webhooks.find(stored.webhookId);
  const event = await ports.events.find(stored.eventId);
  const user = webhook && (await ports.users.find(webhook.userId));
  if (webhook === null || event === null || user === null) return null;
  const attempt = webhook.active ? await send(ports, webhook, event) : notSent(ports);
  const arrived = attempt.error === null;
  const givenUp = !arrived && (rules.lastAttempt || !webhook.active);
  const delivery: Delivery = {
    ...stored,
    state: arrived ? 'delivered' : givenUp ? 'dead' : 'pending',
    attempts: [...stored.attempts, attempt].slice(-maximumAttemptsKept),
    revision: stored.revision + 1,
  };
  await ports.commit([{ change: 'delivery.replace', delivery }]);
  if (webhook.active) await noteOutcome(ports, webhook.id, delivery, rules.switchOffAfter);
  return delivery;
}

/** Gives a delivery up that no worker could bring to an end, for example because each was killed meanwhile. */
export async function giveUpDelivery(
  ports: Pick<DeliverPorts, 'clock' | 'commit' | 'webhooks'>,
  id: string,
): Promise<void> {
  const stored = await ports.webhooks.findDelivery(id);
  if (stored?.state !== 'pending') return;
  await ports.commit([
    { change: 'delivery.replace', delivery: { ...stored, state: 'dead', revision: stored.revision + 1 } },
  ]);
}

async function send(ports: DeliverPorts, webhook: Webhook, event: RegistryEvent): Promise<DeliveryAttempt> {
  const at = ports.clock.now();
  const body = webhookBody(event);
  const secret = await ports.secretBox.open(webhook.sealedSecret, secretPurpose(webhook.id));
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Assay-Webhooks',
    ...signedHeaders(secret, { id: event.id, at, body }),
  };
  return { at, ...(await ports.webhookSender.post(webhook.url, headers, body)) };
}

function notSent(ports: Pick<DeliverPorts, 'clock'>): DeliveryAttempt {
  const error = 'The webhook is switched off.';
  return { at: ports.clock.now(), durationMs: 0, status: null, error, responseBody: '' };
}

/** What a receiver gets: the envelope of the Standard Webhooks specification. */
export function webhookBody(event: RegistryEvent): string {
  const { kind, at, id, uploadId, packageId, versionId, data } = event;
  return JSON.stringify({
    type: kind,
    timestamp: at.toISOString(),
    data: { ...data, eventId: id, uploadId, packageId, versionId },
  });
}

/**
 * Counts dead deliveries in a row. Deliveries of one webhook run side by side: whoever finds that the webhook has
 * changed meanwhile counts again, and after a few times leaves it, since a count may be one too low.
 */
async function noteOutcome(
  ports: Pick<DeliverPorts, 'commit' | 'webhooks'>,
  webhookId: string,
  { state }: Delivery,
  switchOffAfter: number,
): Promise<void> {
  if (state === 'pending') return;
  for (let tries = 0; tries < 5; tries++) {
    const webhook = await ports.webhooks.find(webhookId);
    const deadInARow = state === 'dead' ? (webhook?.deadInARow ?? 0) + 1 : 0;
    if (webhook === null || webhook.deadInARow === deadInARow) return;
    const off = webhook.active && deadInARow >= switchOffAfter;
    const replaced: Webhook = {
      ...webhook,
      deadInARow,
      ...(off && {
        active: false,
        switchedOffBecause: `${deadInARow} deliveries in a row could not be made.`,
      }),
      revision: webhook.revision + 1,
    };
    try {
      return await ports.commit([{ change: 'webhook.replace', webhook: replaced }]);
    } catch (error) {
      if (!(error instanceof RegistryError && error.code === 'state-conflict')) throw error;
    }
  }
}
