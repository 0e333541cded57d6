import type { Clock } from '../clock.ts';
import { type Commit, maximumChanges } from '../commit.ts';
import type { JobQueued } from '../jobs/index.ts';
import { announcingJob } from './announce-event.ts';
import type { EventAnnouncer, EventStore, WebhookStore } from './ports.ts';
import { type Delivery, type DeliveryInserted, deliveryId, deliveryJob } from './webhook.ts';

/**
 * Begins a delivery to every active webhook that is subscribed to the event, and its announcement where there is an
 * announcer. Doing it again changes nothing; what was announced already may be announced again.
 */
export async function tellEvent(
  ports: {
    clock: Clock;
    commit: Commit<DeliveryInserted | JobQueued>;
    events: Pick<EventStore, 'find'>;
    webhooks: Pick<WebhookStore, 'listOf'>;
    announcer: EventAnnouncer | null;
  },
  eventId: string,
): Promise<void> {
  const event = await ports.events.find(eventId);
  if (event === null) return;
  const webhooks = await ports.webhooks.listOf(event.userId);
  const now = ports.clock.now();
  const changes = webhooks
    .filter((webhook) => webhook.active && webhook.kinds.includes(event.kind))
    .map(
      (webhook): Delivery => ({
        id: deliveryId(event.id, webhook.id),
        webhookId: webhook.id,
        eventId: event.id,
        eventKind: event.kind,
        state: 'pending',
        round: 1,
        createdAt: now,
        attempts: [],
        revision: 1,
      }),
    )
    .flatMap((delivery) => [
      { change: 'delivery.insert', delivery } as const,
      { change: 'job.queue', job: deliveryJob(delivery, now) } as const,
    ]);
  if (ports.announcer !== null) {
    await ports.commit([{ change: 'job.queue', job: announcingJob(event, now) }]);
  }
  // Each delivery is committed with its job; which deliveries share a commit does not matter.
  const together = maximumChanges - (maximumChanges % 2);
  for (let start = 0; start < changes.length; start += together) {
    await ports.commit(changes.slice(start, start + together));
  }
}
