import { type Caller, isAdmin, reachesPackage } from '../caller.ts';
import { RegistryError } from '../errors.ts';
import type { RegistryEvent } from './event.ts';
import type { EventFeed, EventSubscription } from './event-feed.ts';
import type { EventStore } from './ports.ts';
import { type TokenStandsPorts, tokenStands } from './token-stands.ts';

export interface FollowPorts extends TokenStandsPorts {
  readonly events: EventStore;
  readonly eventFeed: EventFeed;
}

export interface EventStream {
  /** The event that the stream goes on after; null when it starts with the very first. */
  readonly startsAfter: string | null;
  /** Events as they come, and `alive` where there was none for a while. Ends when closed or not allowed any more. */
  readonly parts: AsyncGenerator<RegistryEvent | 'alive', void>;
  /** Ends it soon, also while it waits. */
  close(): void;
}

const aliveMs = 15_000;
const trustedMs = 30_000;
const eventsAtOnce = 100;

/**
 * Follows the caller's own events, or everybody's (administrators). `after` is the id of the event seen last, `null` for all
 * there are; without it the stream starts with what comes next. Throws before the stream begins:
 * `permission-denied`, `invalid-cursor`, `throttled`.
 */
export async function followEvents(
  ports: FollowPorts,
  caller: Caller,
  given: { all: boolean; after?: string | null | undefined },
): Promise<EventStream> {
  if (caller.user === null) throw new RegistryError('unauthenticated', 'Events are told to users.');
  if (given.all && !isAdmin(caller)) {
    throw new RegistryError('permission-denied', 'Everybody’s events need the permission `admin`.');
  }
  const userId = given.all ? null : caller.user.id;
  if (given.after != null) await ports.events.listAfter(userId, given.after, 1);
  const startsAfter =
    given.after === undefined ? ((await ports.events.last(userId))?.id ?? null) : given.after;
  const subscription = ports.eventFeed.open(caller.user.id, userId);
  return {
    startsAfter,
    parts: partsOf(ports, caller, subscription, startsAfter),
    close: () => subscription.close(),
  };
}

async function* partsOf(
  ports: FollowPorts,
  caller: Caller,
  subscription: EventSubscription,
  startsAfter: string | null,
): AsyncGenerator<RegistryEvent | 'alive', void> {
  let after = startsAfter;
  let trustedAt = ports.clock.now().getTime();
  try {
    while (!subscription.closed) {
      const events = await ports.events.listAfter(subscription.userId, after, eventsAtOnce);
      for (const event of events) {
        if (subscription.closed) return;
        if (isToldTo(caller, event)) yield event;
        after = event.id;
      }
      // Events are read again after an `alive` as well, should a wake-up have been missed.
      if (events.length < eventsAtOnce && !(await subscription.wait(aliveMs)) && !subscription.closed) {
        yield 'alive';
      }
      const now = ports.clock.now().getTime();
      if (now - trustedAt >= trustedMs) {
        if (!(await tokenStands(ports, caller))) return;
        trustedAt = now;
      }
    }
  } finally {
    subscription.close();
  }
}

/** To a token that is limited to some packages only theirs. */
function isToldTo(caller: Caller, { data }: RegistryEvent): boolean {
  return reachesPackage(caller, String(data.package ?? ''));
}
