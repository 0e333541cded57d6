import { type Kysely, sql } from 'kysely';
import { notFound, RegistryError } from '../../core/errors.ts';
import {
  type Delivery,
  type DeliveryAttempt,
  type EventKind,
  maximumWebhooksOfAUser,
  type Webhook,
  type WebhookChange,
  type WebhookStore,
} from '../../core/events/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import { pageById } from './page-by-id.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

interface WebhookRow {
  id: string;
  user_id: string;
  url: string;
  /** JSON. */
  kinds: string;
  active: number;
  switched_off_because: string | null;
  sealed_secret: string;
  dead_in_a_row: number;
  created_at: number;
  revision: number;
}

interface DeliveryRow {
  id: string;
  webhook_id: string;
  event_id: string;
  event_kind: string;
  state: string;
  round: number;
  created_at: number;
  /** JSON. */
  attempts: string;
  revision: number;
}

export interface WebhookTables {
  webhooks: WebhookRow;
  webhook_deliveries: DeliveryRow;
}

export const webhookChanges: ChangeAppliers<WebhookChange> = {
  'webhook.insert': async (write, { webhook }, dialect) => {
    await dialect.lock(write, `webhooks of ${webhook.userId}`);
    await requireRoomForWebhook(write, webhook.userId);
    await write.insertInto('webhooks').values(webhookRowOf(webhook)).execute();
  },

  'webhook.replace': async (write, { webhook }) => {
    const { numUpdatedRows } = await write
      .updateTable('webhooks')
      .set(webhookRowOf(webhook))
      .where('id', '=', webhook.id)
      .where('revision', '=', webhook.revision - 1)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw changedMeanwhile('webhook', webhook.id);
  },

  'webhook.delete': async (write, { webhookId }) => {
    const { numDeletedRows } = await write
      .deleteFrom('webhooks')
      .where('id', '=', webhookId)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw notFound('webhook', webhookId);
    await write.deleteFrom('webhook_deliveries').where('webhook_id', '=', webhookId).execute();
  },

  'delivery.insert': async (write, { delivery }, dialect) => {
    const webhook = await dialect
      .keeping(write.selectFrom('webhooks').select('id').where('id', '=', delivery.webhookId))
      .executeTakeFirst();
    if (webhook === undefined) return;
    await write
      .insertInto('webhook_deliveries')
      .values(deliveryRowOf(delivery))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  },

  'delivery.replace': async (write, { delivery }) => {
    const { numUpdatedRows } = await write
      .updateTable('webhook_deliveries')
      .set(deliveryRowOf(delivery))
      .where('id', '=', delivery.id)
      .where('revision', '=', delivery.revision - 1)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw changedMeanwhile('delivery', delivery.id);
  },
};

async function requireRoomForWebhook(write: Kysely<Tables>, userId: string): Promise<void> {
  const { count } = await write
    .selectFrom('webhooks')
    .select(sql<number>`count(*)`.as('count'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  if (count < maximumWebhooksOfAUser) return;
  throw new RegistryError(
    'webhook-limit',
    `A user may have ${maximumWebhooksOfAUser} webhooks, and has ${count}.`,
  );
}

function changedMeanwhile(what: string, id: string): RegistryError {
  return new RegistryError(
    'state-conflict',
    `The ${what} ${JSON.stringify(id)} was changed or removed meanwhile.`,
  );
}

export class SqlWebhookStore implements WebhookStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<Webhook | null> {
    const row = await this.#database.read
      .selectFrom('webhooks')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : webhookOf(row);
  }

  async listOf(userId: string): Promise<readonly Webhook[]> {
    const rows = await this.#database.read
      .selectFrom('webhooks')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('id')
      .execute();
    return rows.map(webhookOf);
  }

  async list(page: PageRequest): Promise<Page<Webhook>> {
    const query = this.#database.read.selectFrom('webhooks').selectAll();
    return pageById(query, 'oldest first', page, webhookOf);
  }

  async findDelivery(id: string): Promise<Delivery | null> {
    const row = await this.#database.read
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : deliveryOf(row);
  }

  async listDeliveries(webhookId: string, page: PageRequest): Promise<Page<Delivery>> {
    const query = this.#database.staleRead
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('webhook_id', '=', webhookId);
    return pageById(query, 'newest first', page, deliveryOf);
  }
}

export function webhookRowOf(webhook: Webhook): WebhookRow {
  return {
    id: webhook.id,
    user_id: webhook.userId,
    url: webhook.url,
    kinds: JSON.stringify(webhook.kinds),
    active: webhook.active ? 1 : 0,
    switched_off_because: webhook.switchedOffBecause,
    sealed_secret: webhook.sealedSecret,
    dead_in_a_row: webhook.deadInARow,
    created_at: webhook.createdAt.getTime(),
    revision: webhook.revision,
  };
}

export function webhookOf(row: WebhookRow): Webhook {
  return {
    id: row.id,
    userId: row.user_id,
    url: row.url,
    kinds: JSON.parse(row.kinds),
    active: row.active === 1,
    switchedOffBecause: row.switched_off_because,
    sealedSecret: row.sealed_secret,
    deadInARow: row.dead_in_a_row,
    createdAt: new Date(row.created_at),
    revision: row.revision,
  };
}

export function deliveryRowOf(delivery: Delivery): DeliveryRow {
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    event_kind: delivery.eventKind,
    state: delivery.state,
    round: delivery.round,
    created_at: delivery.createdAt.getTime(),
    attempts: JSON.stringify(delivery.attempts),
    revision: delivery.revision,
  };
}

export function deliveryOf(row: DeliveryRow): Delivery {
  const attempts: (Omit<DeliveryAttempt, 'at'> & { at: string })[] = JSON.parse(row.attempts);
  return {
    id: row.id,
    webhookId: row.webhook_id,
    eventId: row.event_id,
    eventKind: row.event_kind as EventKind,
    state: row.state as Delivery['state'],
    round: row.round,
    createdAt: new Date(row.created_at),
    attempts: attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at) })),
    revision: row.revision,
  };
}
