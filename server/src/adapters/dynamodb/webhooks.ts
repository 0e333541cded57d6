// Webhooks and their deliveries, in the table `events`:
//
//   webhooks#<shard>     <id>           the webhook; the shard is that of its id
//   webhooks-of#<user>   -              the ids of the user's webhooks, at most `maximumWebhooksOfAUser`
//   deliveries#<webhook> <delivery id>  the delivery
//   delivery#<id>        -              which webhook's it is
//
// Deliveries are forgotten some time after their last change.
import { notFound, RegistryError } from '../../core/errors.ts';
import {
  type Delivery,
  type DeliveryAttempt,
  maximumWebhooksOfAUser,
  type Webhook,
  type WebhookChange,
  type WebhookStore,
} from '../../core/events/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { Attributes, DynamoDatabase, Write } from './database.ts';
import type { FollowUpWorkers } from './follow-ups.ts';
import { pageById } from './pages.ts';
import { alone, type Key, shardOf, shardsOf } from './tables.ts';
import type { WorkingItems } from './working-items.ts';

export interface WebhookRow extends Omit<Webhook, 'createdAt'> {
  readonly createdAt: number;
}

export interface DeliveryRow extends Omit<Delivery, 'createdAt' | 'attempts'> {
  readonly createdAt: number;
  readonly attempts: readonly (Omit<DeliveryAttempt, 'at'> & { readonly at: number })[];
}

/** Every event reads the webhooks of its user. */
const shards = 4;
const deliveriesKeptMs = 90 * 24 * 60 * 60 * 1_000;

export const webhookPlanners: ChangePlanners<WebhookChange> = {
  'webhook.insert': {
    reads: ({ webhook }) => [webhooksOfUserKey(webhook.userId)],
    plan: async (items, { webhook }) => {
      const ids = await idsOf(items, webhook.userId);
      if (ids.length >= maximumWebhooksOfAUser) {
        throw new RegistryError(
          'webhook-limit',
          `A user may have ${maximumWebhooksOfAUser} webhooks, and has ${ids.length}.`,
        );
      }
      items.put(webhooksOfUserKey(webhook.userId), { ids: [...ids, webhook.id] });
      items.put(webhookKey(webhook.id), webhookAttributes(webhook));
    },
  },

  'webhook.replace': {
    reads: ({ webhook }) => [webhookKey(webhook.id)],
    plan: async (items, { webhook }) => {
      requireBefore(await items.get<WebhookRow>(webhookKey(webhook.id)), webhook, 'webhook');
      items.put(webhookKey(webhook.id), webhookAttributes(webhook));
    },
  },

  'webhook.delete': {
    reads: ({ webhookId }) => [webhookKey(webhookId)],
    plan: async (items, { webhookId }) => {
      const webhook = await items.get<WebhookRow>(webhookKey(webhookId));
      if (webhook === null) throw notFound('webhook', webhookId);
      const ids = await idsOf(items, webhook.userId);
      items.put(webhooksOfUserKey(webhook.userId), { ids: ids.filter((id) => id !== webhookId) });
      items.delete(webhookKey(webhookId));
      items.follow({ kind: 'forget-deliveries', payload: { webhookId } });
    },
  },

  'delivery.insert': {
    reads: ({ delivery }) => [webhookKey(delivery.webhookId), deliveryPlaceKey(delivery.id)],
    plan: async (items, { delivery }) => {
      if ((await items.get(webhookKey(delivery.webhookId))) === null) return;
      if ((await items.get(deliveryPlaceKey(delivery.id))) !== null) return;
      for (const { key, attributes } of deliveryWrites(delivery)) items.put(key, attributes ?? {});
    },
  },

  'delivery.replace': {
    reads: ({ delivery }) => [deliveryKey(delivery)],
    plan: async (items, { delivery }) => {
      requireBefore(await items.get<DeliveryRow>(deliveryKey(delivery)), delivery, 'delivery');
      for (const { key, attributes } of deliveryWrites(delivery)) items.put(key, attributes ?? {});
    },
  },
};

/** No delivery comes after its webhook was deleted: its insertion requires the webhook. */
export function webhookFollowUps(database: DynamoDatabase): FollowUpWorkers {
  return {
    'forget-deliveries': async ({ webhookId }) => {
      const range = { table: 'events', partition: deliveriesOf(String(webhookId)), pageSize: 100 } as const;
      for await (const { id, webhookId: of } of database.query<DeliveryRow>(range)) {
        await database.writeMany([
          { key: deliveryPlaceKey(id), attributes: null },
          { key: deliveryKey({ id, webhookId: of }), attributes: null },
        ]);
      }
    },
  };
}

export async function idsOf(items: WorkingItems, userId: string): Promise<readonly string[]> {
  return (await items.get<{ ids: readonly string[] }>(webhooksOfUserKey(userId)))?.ids ?? [];
}

/** The items of a delivery. */
export function deliveryWrites(delivery: Delivery): Write[] {
  const expires = Math.ceil((Date.now() + deliveriesKeptMs) / 1_000);
  return [
    { key: deliveryPlaceKey(delivery.id), attributes: { webhookId: delivery.webhookId, expires } },
    { key: deliveryKey(delivery), attributes: { ...deliveryAttributes(delivery), expires } },
  ];
}

function requireBefore(
  stored: { readonly revision: number } | null,
  changed: { readonly id: string; readonly revision: number },
  what: string,
): void {
  if (stored?.revision === changed.revision - 1) return;
  throw new RegistryError(
    'state-conflict',
    `The ${what} ${JSON.stringify(changed.id)} was changed or removed meanwhile.`,
  );
}

export class DynamoWebhookStore implements WebhookStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Webhook | null> {
    const row = await this.#database.get<WebhookRow>(webhookKey(id));
    return row && webhookOf(row);
  }

  async listOf(userId: string): Promise<readonly Webhook[]> {
    const user = await this.#database.get<{ ids: readonly string[] }>(webhooksOfUserKey(userId));
    const rows = await this.#database.getMany<WebhookRow>((user?.ids ?? []).map(webhookKey));
    return rows
      .filter((row) => row !== null)
      .map(webhookOf)
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  async list(page: PageRequest): Promise<Page<Webhook>> {
    const partitions = shardsOf('webhooks', shards).map(
      (partition) => ({ table: 'events', partition }) as const,
    );
    return pageById(this.#database, { partitions, order: 'oldest first' }, page, webhookOf);
  }

  async findDelivery(id: string): Promise<Delivery | null> {
    const place = await this.#database.get<{ webhookId: string }>(deliveryPlaceKey(id));
    if (place === null) return null;
    const row = await this.#database.get<DeliveryRow>(deliveryKey({ id, webhookId: place.webhookId }));
    return row && deliveryOf(row);
  }

  async listDeliveries(webhookId: string, page: PageRequest): Promise<Page<Delivery>> {
    const partitions = [{ table: 'events', partition: deliveriesOf(webhookId) }] as const;
    return pageById(this.#database, { partitions, order: 'newest first' }, page, deliveryOf);
  }
}

export function webhookKey(id: string): Key {
  return { table: 'events', pk: shardOf('webhooks', id, shards), sk: id };
}

export function webhooksOfUserKey(userId: string): Key {
  return { table: 'events', pk: `webhooks-of#${userId}`, sk: alone };
}

export function deliveryKey({ id, webhookId }: Pick<Delivery, 'id' | 'webhookId'>): Key {
  return { table: 'events', pk: deliveriesOf(webhookId), sk: id };
}

function deliveriesOf(webhookId: string): string {
  return `deliveries#${webhookId}`;
}

export function deliveryPlaceKey(deliveryId: string): Key {
  return { table: 'events', pk: `delivery#${deliveryId}`, sk: alone };
}

export function webhookAttributes(webhook: Webhook): Attributes {
  return { ...webhook, kinds: [...webhook.kinds], createdAt: webhook.createdAt.getTime() };
}

export function webhookOf(row: WebhookRow): Webhook {
  return {
    id: row.id,
    userId: row.userId,
    url: row.url,
    kinds: row.kinds,
    active: row.active,
    switchedOffBecause: row.switchedOffBecause,
    sealedSecret: row.sealedSecret,
    deadInARow: row.deadInARow,
    createdAt: new Date(row.createdAt),
    revision: row.revision,
  };
}

function deliveryAttributes(delivery: Delivery): Attributes {
  return {
    ...delivery,
    createdAt: delivery.createdAt.getTime(),
    attempts: delivery.attempts.map((attempt) => ({ ...attempt, at: attempt.at.getTime() })),
  };
}

export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhookId: row.webhookId,
    eventId: row.eventId,
    eventKind: row.eventKind,
    state: row.state,
    round: row.round,
    createdAt: new Date(row.createdAt),
    attempts: row.attempts.map(({ at, durationMs, status, error, responseBody }) => ({
      at: new Date(at),
      durationMs,
      status,
      error,
      responseBody,
    })),
    revision: row.revision,
  };
}
