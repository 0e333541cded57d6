import type { Page, PageRequest } from '../paging.ts';
import type { RegistryEvent } from './event.ts';
import type { Delivery, DeliveryAttempt, Webhook } from './webhook.ts';

/**
 * Events in the order of their commits, which is not that of their ids: what becomes readable later lies behind
 * everything that was readable before. So a follower that goes on after the last event it saw misses none and
 * sees none twice.
 */
export interface EventStore {
  /** Null when there is none. */
  find(id: string): Promise<RegistryEvent | null>;

  /**
   * The oldest `limit` events behind the one with id `afterId` (null: from the beginning) that concern the user
   * (null: everybody's). Rejects with `invalid-cursor` when `afterId` is no event that concerns the user.
   */
  listAfter(userId: string | null, afterId: string | null, limit: number): Promise<readonly RegistryEvent[]>;

  /** The event behind all others that concern the user (null: everybody's); null when there is none. */
  last(userId: string | null): Promise<RegistryEvent | null>;
}

export interface WebhookStore {
  /** Null when there is none. */
  find(id: string): Promise<Webhook | null>;
  /** All of the user's, oldest first: at most `maximumWebhooksOfAUser`. */
  listOf(userId: string): Promise<readonly Webhook[]>;
  /** Everybody's, oldest first. */
  list(page: PageRequest): Promise<Page<Webhook>>;
  /** Null when there is none. Engines may forget a delivery 90 days after its last change. */
  findDelivery(id: string): Promise<Delivery | null>;
  /** Newest first, by the time of their making. */
  listDeliveries(webhookId: string, page: PageRequest): Promise<Page<Delivery>>;
}

/** Sends one HTTP request to an address that a user chose, and must therefore not be led to where users may not go. */
export interface WebhookSender {
  /**
   * Why nothing will be sent to the URL, in words for its owner, as far as it can be told without asking the
   * address itself; null when nothing speaks against it.
   */
  whyRefused(url: string): Promise<string | null>;

  /**
   * Posts the body. No answer, a refused address and a time-out are told in `error`; rejects (`transient`, `unreached`)
   * only while nothing is sent to anybody. Follows no redirect. Reads at most 1 KiB of the answer.
   */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Omit<DeliveryAttempt, 'at'>>;
}

/** Passes events on to programs outside of the registry that are not told by webhooks: all events, everybody's. */
export interface EventAnnouncer {
  /**
   * Resolves when whoever passes it on has taken the event, under its id. Rejects with a `StorageError`, permanent
   * when the event will never be taken.
   */
  announce(event: RegistryEvent): Promise<void>;
}

/** Keeps texts unreadable for whoever gets hold of the records but not of the key. */
export interface SecretBox {
  /** `purpose` names what the secret is for: a sealed text opens for the same purpose only. */
  seal(secret: string, purpose: string): Promise<string>;
  /** Rejects with a permanent `StorageError` when it was sealed with another key or for another purpose, or changed since. */
  open(sealed: string, purpose: string): Promise<string>;
}
