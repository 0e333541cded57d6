import Type, { type Static } from 'typebox';
import type { Delivery, Webhook } from '../../../core/events/index.ts';
import { Id, Timestamp } from '../../schemas.ts';
import { EventKindSchema } from '../events/event-schema.ts';

export const WebhookUrl = Type.String({ minLength: 1, maxLength: 2_000 });
export const WebhookKinds = Type.Array(EventKindSchema, { minItems: 1, maxItems: 50 });

export const WebhookSchema = Type.Object({
  id: Id,
  userId: Id,
  url: Type.String(),
  kinds: Type.Array(EventKindSchema),
  active: Type.Boolean(),
  switchedOffBecause: Type.Union([Type.String(), Type.Null()], {
    description: 'Why the registry switched it off; null when a person did, or while it is active.',
  }),
  createdAt: Timestamp,
});

export function presentWebhook(webhook: Webhook): Static<typeof WebhookSchema> {
  const { id, userId, url, kinds, active, switchedOffBecause, createdAt } = webhook;
  return {
    id,
    userId,
    url,
    kinds: [...kinds],
    active,
    switchedOffBecause,
    createdAt: createdAt.toISOString(),
  };
}

/** The id of an event and that of a webhook. */
export const DeliveryId = Type.String({ minLength: 1, maxLength: 130, pattern: '^[A-Za-z0-9-]+$' });

export const DeliverySchema = Type.Object({
  id: DeliveryId,
  webhookId: Id,
  eventId: Id,
  eventKind: EventKindSchema,
  state: Type.Enum(['pending', 'delivered', 'dead']),
  createdAt: Timestamp,
  attempts: Type.Array(
    Type.Object({
      at: Timestamp,
      durationMs: Type.Integer(),
      status: Type.Union([Type.Integer(), Type.Null()], { description: 'Null when there was no answer.' }),
      error: Type.Union([Type.String(), Type.Null()]),
      responseBody: Type.String({ description: 'The beginning of the answer, at most 1 KiB.' }),
    }),
  ),
});

export function presentDelivery(delivery: Delivery): Static<typeof DeliverySchema> {
  const { round: _, revision: __, ...shown } = delivery;
  return {
    ...shown,
    createdAt: delivery.createdAt.toISOString(),
    attempts: delivery.attempts.map((attempt) => ({ ...attempt, at: attempt.at.toISOString() })),
  };
}
