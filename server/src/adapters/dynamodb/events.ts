// Events, in the table `events`:
//
//   event#<id>         -         the event, and where it stands in the feeds once it has been put in order
//   events-to-order    <time>#…  events that are committed and not yet in order
//   feed#<feed>        <place>   the event at this place of a feed: 1, 2, 3 …, without gap
//   feed-end#<feed>    -         the last place that is taken
//
// There is a feed of all events, and one of every user. A commit does not wait for the end of a feed, which would
// let no more than one commit of the whole registry through at a time: it leaves its events to be ordered, and
// whoever has left some orders all that are there, in one go. Commits resolve after that; a process that ended
// before leaves it to others.
//
// DynamoDB shows the items of one transaction one after the other to queries. So a place may be seen before the one
// ahead of it: followers stop at a gap, and see the rest when they ask again.
import { RegistryError } from '../../core/errors.ts';
import {
  type EventAppended,
  type EventStore,
  type RegistryEvent,
  tellingJob,
} from '../../core/events/index.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { Attributes, DynamoDatabase } from './database.ts';
import type { FollowUpWorkers } from './follow-ups.ts';
import { jobPlanners } from './jobs.ts';
import { take } from './ranges.ts';
import { alone, type Key, sortableText } from './tables.ts';
import { commitItems } from './transaction.ts';
import type { WorkingItems } from './working-items.ts';

export interface EventRow extends Omit<RegistryEvent, 'at'> {
  readonly at: number;
  /** Not there until the event is in order. */
  readonly places?: { readonly all: number; readonly user: number };
}

interface UnorderedRow {
  readonly sk: string;
  readonly eventId: string;
}

/** Each takes five operations of a transaction, which has a hundred. */
const orderedAtOnce = 18;

const unordered = 'events-to-order';

export const eventPlanners: ChangePlanners<EventAppended> = {
  'event.append': {
    reads: ({ event }) => [eventKey(event.id), ...(jobPlanners['job.queue'].reads?.(queuing(event)) ?? [])],
    plan: async (items, { event }) => {
      if ((await items.get(eventKey(event.id))) !== null) return;
      items.put(eventKey(event.id), { ...event, at: event.at.getTime() });
      items.put(unorderedKey(`${sortableText(Date.now())}#${event.id}`), { eventId: event.id });
      if (!items.followUps.some(({ kind }) => kind === 'order-events')) {
        items.follow({ kind: 'order-events', payload: {} });
      }
      await jobPlanners['job.queue'].plan(items, queuing(event));
    },
  },
};

function queuing(event: RegistryEvent) {
  return { change: 'job.queue', job: tellingJob(event) } as const;
}

export function eventFollowUps(database: DynamoDatabase): FollowUpWorkers {
  return { 'order-events': () => orderEvents(database) };
}

/** Resolves when every event that was committed before is in order. */
export async function orderEvents(database: DynamoDatabase): Promise<void> {
  let full = true;
  while (full) {
    await commitItems(database, async (items) => {
      const range = { table: 'events', partition: unordered, pageSize: orderedAtOnce } as const;
      const rows = await take(database.query<UnorderedRow>(range), orderedAtOnce);
      full = rows.length === orderedAtOnce;
      await items.load(rows.flatMap(({ sk, eventId }) => [unorderedKey(sk), eventKey(eventId)]));
      for (const row of rows) await order(items, row);
    });
  }
}

async function order(items: WorkingItems, { sk, eventId }: UnorderedRow): Promise<void> {
  const isLeft = (await items.get(unorderedKey(sk))) !== null;
  const event = await items.get<EventRow>(eventKey(eventId));
  if (!isLeft || event === null) return;
  items.delete(unorderedKey(sk));
  await putLast(items, event);
}

/** Puts the event behind all others, into everybody's feed and that of its user. */
export async function putLast(items: WorkingItems, event: EventRow): Promise<void> {
  const places = {
    all: await addTo(items, feedOf(null), event),
    user: await addTo(items, feedOf(event.userId), event),
  };
  items.put(eventKey(event.id), { ...rowOf(event), places });
}

/** Resolves with the place. */
async function addTo(items: WorkingItems, feed: string, event: EventRow): Promise<number> {
  const end = feedEndKey(feed);
  const last = (await items.get<{ place: number }>(end))?.place ?? 0;
  items.put(end, { place: last + 1 });
  items.put({ table: 'events', pk: feedPartition(feed), sk: sortableText(last + 1) }, rowOf(event));
  return last + 1;
}

export class DynamoEventStore implements EventStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<RegistryEvent | null> {
    const row = await this.#database.get<EventRow>(eventKey(id));
    return row && eventOf(row);
  }

  async listAfter(
    userId: string | null,
    afterId: string | null,
    limit: number,
  ): Promise<readonly RegistryEvent[]> {
    const after = afterId === null ? 0 : await this.#placeOf(afterId, userId);
    const range = {
      table: 'events',
      partition: feedPartition(feedOf(userId)),
      sort: { above: sortableText(after) },
      pageSize: limit,
    } as const;
    const rows = await take(this.#database.query<EventRow & { sk: string }>(range), limit);
    const gap = rows.findIndex(({ sk }, i) => sk !== sortableText(after + 1 + i));
    return (gap === -1 ? rows : rows.slice(0, gap)).map(eventOf);
  }

  async last(userId: string | null): Promise<RegistryEvent | null> {
    const partition = feedPartition(feedOf(userId));
    const [row] = await take(
      this.#database.query<EventRow>({ table: 'events', partition, descending: true, pageSize: 1 }),
      1,
    );
    return row === undefined ? null : eventOf(row);
  }

  async #placeOf(id: string, userId: string | null): Promise<number> {
    const row = await this.#database.get<EventRow>(eventKey(id));
    if (row === null || (userId !== null && row.userId !== userId)) {
      throw new RegistryError('invalid-cursor', `There is no event ${JSON.stringify(id)}.`);
    }
    if (row.places !== undefined) return userId === null ? row.places.all : row.places.user;
    // Its commit was cut short. Webhooks may have been told of it already.
    await orderEvents(this.#database);
    return this.#placeOf(id, userId);
  }
}

export function eventKey(id: string): Key {
  return { table: 'events', pk: `event#${id}`, sk: alone };
}

function unorderedKey(sk: string): Key {
  return { table: 'events', pk: unordered, sk };
}

export function feedEndKey(feed: string): Key {
  return { table: 'events', pk: `feed-end#${feed}`, sk: alone };
}

/** Null: everybody's. */
export function feedOf(userId: string | null): string {
  return userId === null ? 'all' : `user#${userId}`;
}

export function feedPartition(feed: string): string {
  return `feed#${feed}`;
}

function rowOf({ id, at, kind, userId, uploadId, packageId, versionId, data }: EventRow): Attributes {
  return { id, at, kind, userId, uploadId, packageId, versionId, data };
}

export function eventOf({
  id,
  at,
  kind,
  userId,
  uploadId,
  packageId,
  versionId,
  data,
}: EventRow): RegistryEvent {
  return { id, at: new Date(at), kind, userId, uploadId, packageId, versionId, data };
}
