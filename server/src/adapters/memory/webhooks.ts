import { notFound, RegistryError } from '../../core/errors.ts';
import {
  type Delivery,
  maximumWebhooksOfAUser,
  type Webhook,
  type WebhookChange,
  type WebhookStore,
} from '../../core/events/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';

export class MemoryWebhookStore implements WebhookStore {
  readonly #webhooks = new Map<string, Webhook>();
  readonly #deliveries = new Map<string, Delivery>();
  readonly keptWebhooks = mapRecords(this.#webhooks, ({ id }) => id);
  readonly keptDeliveries = mapRecords(this.#deliveries, ({ id }) => id);

  readonly appliers: MemoryAppliers<WebhookChange> = {
    'webhook.insert': ({ webhook }) => {
      const count = this.#of(webhook.userId).length;
      if (count >= maximumWebhooksOfAUser) {
        throw new RegistryError(
          'webhook-limit',
          `A user may have ${maximumWebhooksOfAUser} webhooks, and has ${count}.`,
        );
      }
      this.#webhooks.set(webhook.id, webhook);
      return () => this.#webhooks.delete(webhook.id);
    },
    'webhook.replace': ({ webhook }) => replace(this.#webhooks, webhook, 'webhook'),
    'webhook.delete': ({ webhookId }) => {
      const webhook = this.#webhooks.get(webhookId);
      if (webhook === undefined) throw notFound('webhook', webhookId);
      const deliveries = [...this.#deliveries.values()].filter(
        (delivery) => delivery.webhookId === webhookId,
      );
      this.#webhooks.delete(webhookId);
      for (const delivery of deliveries) this.#deliveries.delete(delivery.id);
      return () => {
        this.#webhooks.set(webhookId, webhook);
        for (const delivery of deliveries) this.#deliveries.set(delivery.id, delivery);
      };
    },
    'delivery.insert': ({ delivery }) => {
      if (this.#deliveries.has(delivery.id) || !this.#webhooks.has(delivery.webhookId)) return () => {};
      this.#deliveries.set(delivery.id, delivery);
      return () => this.#deliveries.delete(delivery.id);
    },
    'delivery.replace': ({ delivery }) => replace(this.#deliveries, delivery, 'delivery'),
  };

  async find(id: string): Promise<Webhook | null> {
    return this.#webhooks.get(id) ?? null;
  }

  async listOf(userId: string): Promise<readonly Webhook[]> {
    return this.#of(userId).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async list(page: PageRequest): Promise<Page<Webhook>> {
    return memoryPage(this.#webhooks.values(), (webhook) => [webhook.id], page);
  }

  async findDelivery(id: string): Promise<Delivery | null> {
    return this.#deliveries.get(id) ?? null;
  }

  async listDeliveries(webhookId: string, page: PageRequest): Promise<Page<Delivery>> {
    const deliveries = [...this.#deliveries.values()].filter((delivery) => delivery.webhookId === webhookId);
    return memoryPage(deliveries, (delivery) => [delivery.id], page, 'descending');
  }

  #of(userId: string): Webhook[] {
    return [...this.#webhooks.values()].filter((webhook) => webhook.userId === userId);
  }
}

function replace<T extends { readonly id: string; readonly revision: number }>(
  stored: Map<string, T>,
  value: T,
  what: string,
): () => void {
  const before = stored.get(value.id);
  if (before?.revision !== value.revision - 1) {
    throw new RegistryError(
      'state-conflict',
      `The ${what} ${JSON.stringify(value.id)} was changed or removed meanwhile.`,
    );
  }
  stored.set(value.id, value);
  return () => stored.set(value.id, before);
}
