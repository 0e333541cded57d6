// A webhook, and the deliveries of events to it.
//
//             attempt failed, more to come
//                    ┌──────┐
//   event told       ▼      │      2xx
//  ────────────► pending ───┴──────────────► delivered
//                  ▲   │ last attempt failed,       │
//                  │   │ or webhook switched off    │
//                  │   └──────────► dead            │
//                  │ redeliver       │              │
//                  └─────────────────┴──────────────┘
import { RegistryError } from '../errors.ts';
import { type EventKind, eventKinds } from './event.ts';

export interface Webhook {
  readonly id: string;
  /** Whose events it is told; nobody else but administrators sees it. */
  readonly userId: string;
  readonly url: string;
  /** Never empty. */
  readonly kinds: readonly EventKind[];
  readonly active: boolean;
  /** Why the registry switched it off; null when a person did, or while it is active. */
  readonly switchedOffBecause: string | null;
  /** The signing secret in a `SecretBox`. */
  readonly sealedSecret: string;
  /** Deliveries given up one after the other since the last that arrived. */
  readonly deadInARow: number;
  readonly createdAt: Date;
  /** Raised by every change; a change made on an older one is refused. */
  readonly revision: number;
}

export interface Delivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventKind: EventKind;
  readonly state: 'pending' | 'delivered' | 'dead';
  /** How often delivering was begun: 1, and one more for each redelivery. */
  readonly round: number;
  readonly createdAt: Date;
  /** Oldest first, at most `maximumAttemptsKept`; older ones are forgotten. */
  readonly attempts: readonly DeliveryAttempt[];
  /** Raised by every change; a change made on an older one is refused. */
  readonly revision: number;
}

export interface DeliveryAttempt {
  readonly at: Date;
  readonly durationMs: number;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** Why there was no good answer; null when there was. */
  readonly error: string | null;
  /** The beginning of the answer's body, at most 1 KiB. */
  readonly responseBody: string;
}

export const maximumWebhooksOfAUser = 20;
export const maximumAttemptsKept = 25;

/** Adds the webhook. Violated (`webhook-limit`) when its user has `maximumWebhooksOfAUser` already. */
export interface WebhookInserted {
  readonly change: 'webhook.insert';
  readonly webhook: Webhook;
}

/** Puts the webhook in the place of revision `webhook.revision - 1`. Violated (`state-conflict`) when that is not stored. */
export interface WebhookReplaced {
  readonly change: 'webhook.replace';
  readonly webhook: Webhook;
}

/** Removes the webhook and its deliveries. Violated (`not-found`) when it is not there. */
export interface WebhookDeleted {
  readonly change: 'webhook.delete';
  readonly webhookId: string;
}

/** Adds the delivery. One that exists is left as it is; one of a webhook that is not there is not added. */
export interface DeliveryInserted {
  readonly change: 'delivery.insert';
  readonly delivery: Delivery;
}

/** Puts the delivery in the place of revision `delivery.revision - 1`. Violated (`state-conflict`) when that is not stored. */
export interface DeliveryReplaced {
  readonly change: 'delivery.replace';
  readonly delivery: Delivery;
}

export type WebhookChange =
  | WebhookInserted
  | WebhookReplaced
  | WebhookDeleted
  | DeliveryInserted
  | DeliveryReplaced;

/** One delivery for each pair, whoever makes it and however often. */
export function deliveryId(eventId: string, webhookId: string): string {
  return `${eventId}-${webhookId}`;
}

/** The job of the delivery's present round. */
export function deliveryJob(delivery: Delivery, runAt: Date) {
  return {
    id: delivery.round === 1 ? `deliver-${delivery.id}` : `deliver-${delivery.id}-${delivery.round}`,
    kind: 'deliver-webhook',
    payload: { deliveryId: delivery.id },
    runAt,
  } as const;
}

/** The kinds without repetition, in the order of `eventKinds`; refuses none at all and unknown ones. */
export function subscribedKinds(given: readonly string[]): readonly EventKind[] {
  const unknown = given.find((kind) => !eventKinds.some((known) => known === kind));
  if (unknown === undefined && given.length > 0) return eventKinds.filter((kind) => given.includes(kind));
  const problem =
    unknown === undefined ? 'No event kind is given' : `${JSON.stringify(unknown)} is no event kind`;
  throw new RegistryError('invalid-request', `${problem}; there are ${eventKinds.join(', ')}.`);
}
