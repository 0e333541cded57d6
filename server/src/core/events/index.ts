export { announceEvent, announcement } from './announce-event.ts';
export { changeWebhook } from './change-webhook.ts';
export { createWebhook, secretPurpose } from './create-webhook.ts';
export { deleteWebhook } from './delete-webhook.ts';
export { deliver, giveUpDelivery } from './deliver.ts';
export type { EventAppended, EventKind, RegistryEvent } from './event.ts';
export { eventKinds, happened, tellingJob } from './event.ts';
export { EventFeed, type EventFeedSettings } from './event-feed.ts';
export { type EventStream, followEvents } from './follow-events.ts';
export { KeyedSecretBox, webhookKeySecret } from './keyed-secret-box.ts';
export type * from './ports.ts';
export { redeliver } from './redeliver.ts';
export { openedWith, sealedWith } from './sealing.ts';
export { tellEvent } from './tell-event.ts';
export type {
  Delivery,
  DeliveryAttempt,
  DeliveryInserted,
  DeliveryReplaced,
  Webhook,
  WebhookChange,
  WebhookDeleted,
  WebhookInserted,
  WebhookReplaced,
} from './webhook.ts';
export { maximumAttemptsKept, maximumWebhooksOfAUser } from './webhook.ts';
export { readDelivery, readWebhook } from './webhook-access.ts';
