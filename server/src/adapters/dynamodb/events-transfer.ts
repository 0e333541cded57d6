// Events, jobs, webhooks and deliveries as plain records, for moving a registry from engine to engine.
import { StorageError } from '../../core/errors.ts';
import type { Delivery, RegistryEvent, Webhook } from '../../core/events/index.ts';
import { cursorFrom, sortKeyOf } from '../../core/paging.ts';
import type { KeptJob, KindTransfer, RecordTransfer } from '../../core/transfer/index.ts';
import type { Attributes, DynamoDatabase } from './database.ts';
import {
  type EventRow,
  eventKey,
  eventOf,
  feedEndKey,
  feedOf,
  feedPartition,
  orderEvents,
  putLast,
} from './events.ts';
import { type JobRow, jobKey, placed } from './jobs.ts';
import { commitEach, eachAtOnce, type KeptKind, keptKind } from './kept-items.ts';
import { take } from './ranges.ts';
import { sortableText } from './tables.ts';
import { commitItems } from './transaction.ts';
import {
  type DeliveryRow,
  deliveryKey,
  deliveryOf,
  deliveryPlaceKey,
  deliveryWrites,
  idsOf,
  type WebhookRow,
  webhookAttributes,
  webhookKey,
  webhookOf,
  webhooksOfUserKey,
} from './webhooks.ts';
import { newTag, type WorkingItems } from './working-items.ts';

type Kind = 'webhook' | 'delivery' | 'event' | 'job';

export function eventsTransfer(database: DynamoDatabase): Pick<RecordTransfer, Kind> {
  return {
    webhook: keptKind(database, keptWebhooks(database)),
    delivery: keptKind(database, keptDeliveries(database)),
    event: eventTransfer(database),
    job: keptKind(database, keptJobs(database)),
  };
}

function keptWebhooks(database: DynamoDatabase): KeptKind<Webhook, WebhookRow> {
  return {
    table: 'events',
    among: { when: 'begins_with(#pk, :webhooks)', values: { webhooks: 'webhooks#' } },
    recordOf: webhookOf,
    async find({ id }) {
      const row = await database.get<WebhookRow>(webhookKey(id));
      return row && webhookOf(row);
    },
    put: (webhooks) => commitEach(database, webhooks, ({ userId }) => userId, putWebhook),
    remove: (webhooks) => commitEach(database, webhooks, ({ userId }) => userId, removeWebhook),
  };
}

async function putWebhook(items: WorkingItems, webhook: Webhook): Promise<void> {
  const ids = await idsOf(items, webhook.userId);
  items.put(webhooksOfUserKey(webhook.userId), { ids: [...new Set([...ids, webhook.id])] });
  items.put(webhookKey(webhook.id), webhookAttributes(webhook));
}

async function removeWebhook(items: WorkingItems, { id, userId }: Webhook): Promise<void> {
  const ids = await idsOf(items, userId);
  items.put(webhooksOfUserKey(userId), { ids: ids.filter((one) => one !== id) });
  items.delete(webhookKey(id));
}

function keptDeliveries(database: DynamoDatabase): KeptKind<Delivery, DeliveryRow> {
  return {
    table: 'events',
    among: { when: 'begins_with(#pk, :deliveries)', values: { deliveries: 'deliveries#' } },
    recordOf: deliveryOf,
    async find(delivery) {
      const row = await database.get<DeliveryRow>(deliveryKey(delivery));
      return row && deliveryOf(row);
    },
    put: (deliveries) => database.writeMany(deliveries.flatMap(deliveryWrites)),
    remove: (deliveries) =>
      database.writeMany(
        deliveries.flatMap((delivery) => [
          { key: deliveryPlaceKey(delivery.id), attributes: null },
          { key: deliveryKey(delivery), attributes: null },
        ]),
      ),
  };
}

/** Read along the feed of all, and written to its end. */
function eventTransfer(database: DynamoDatabase): KindTransfer<RegistryEvent> {
  return {
    async read(after, limit) {
      if (after === null) await orderEvents(database);
      const place = after === null ? 0 : Number(sortKeyOf(after, ['number'])[0]);
      const range = { table: 'events', partition: feedPartition(feedOf(null)), pageSize: limit } as const;
      const above = { sort: { above: sortableText(place) } };
      const rows = await take(database.query<EventRow>({ ...range, ...above }), limit);
      const next = rows.length < limit ? null : cursorFrom([place + limit]);
      return { records: rows.map(eventOf), next };
    },
    match: (events) =>
      eachAtOnce(events, async ({ id }) => {
        const row = await database.get<EventRow>(eventKey(id));
        return row && eventOf(row);
      }),
    async put(events) {
      for (const event of events) {
        await commitItems(database, async (items) => {
          if ((await items.get(eventKey(event.id))) !== null) return;
          await putLast(items, { ...event, at: event.at.getTime() });
        });
      }
    },
    async remove(events) {
      for (const { id } of events) await commitItems(database, (items) => removeLast(items, id));
    },
  };
}

async function removeLast(items: WorkingItems, id: string): Promise<void> {
  const event = await items.get<EventRow>(eventKey(id));
  if (event === null) return;
  items.delete(eventKey(id));
  const { all, user } = event.places ?? {};
  for (const [feed, place] of [[feedOf(null), all] as const, [feedOf(event.userId), user] as const]) {
    const end = await items.get<{ place: number }>(feedEndKey(feed));
    if (place === undefined || end?.place !== place) {
      throw new StorageError('permanent', `The event ${id} is not the last one: only that can be removed.`);
    }
    items.delete({ table: 'events', pk: feedPartition(feed), sk: sortableText(place) });
    items.put(feedEndKey(feed), { place: place - 1 });
  }
}

function keptJobs(database: DynamoDatabase): KeptKind<KeptJob, JobRow> {
  return {
    table: 'jobs',
    among: { when: 'begins_with(#pk, :job)', values: { job: 'job#' } },
    recordOf: jobOf,
    async find({ id }) {
      const row = await database.get<JobRow>(jobKey(id));
      return row && jobOf(row);
    },
    put: (jobs) =>
      database.writeMany(jobs.map((job) => ({ key: jobKey(job.id), attributes: jobRowOf(job) }))),
    remove: (jobs) => database.writeMany(jobs.map(({ id }) => ({ key: jobKey(id), attributes: null }))),
  };
}

function jobRowOf(job: KeptJob): Attributes {
  const { id, kind, payload, state, attempt, failure } = job;
  const runAt = job.runAt.getTime();
  const failedAt = job.failedAt?.getTime() ?? null;
  return {
    id,
    kind,
    payload,
    runAt,
    attempt,
    leaseId: null,
    failedAt,
    failure,
    ...placed(job, state, state === 'dead' ? (failedAt ?? runAt) : runAt),
    tag: newTag(),
  } satisfies JobRow;
}

function jobOf(row: JobRow): KeptJob {
  const { id, kind, payload, state, attempt, failure } = row;
  return {
    id,
    kind,
    payload,
    runAt: new Date(row.runAt),
    state: state === 'running' ? 'waiting' : state,
    attempt,
    failedAt: row.failedAt === null ? null : new Date(row.failedAt),
    failure,
    leasedUntil: state === 'running' ? new Date(row.dueAt) : null,
  };
}
