// Tells followers when to look for events. One question to the store, every now and then, serves all followers of
// this process, and events committed by other processes are noticed alike. Followers read for themselves, each as
// fast as it can pass on; the feed only wakes them.
import { RegistryError } from '../errors.ts';
import type { EventStore } from './ports.ts';

export interface EventFeedSettings {
  /** How often the store is asked while anybody follows. */
  readonly pollMs: number;
  /** How many streams one user may have open in this process. */
  readonly streamsPerUser: number;
  /** Told how many streams are open, whenever that changes. */
  readonly opened: (streams: number) => void;
}

/** How many events one question brings at most; more are asked for at once. */
const eventsPerQuestion = 500;

export class EventFeed {
  readonly #events: Pick<EventStore, 'listAfter' | 'last'>;
  readonly #settings: EventFeedSettings;
  readonly #subscriptions = new Set<EventSubscription>();
  /** The last event known to the feed; undefined while it does not ask. */
  #position: string | null | undefined;
  #asking = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(ports: { events: Pick<EventStore, 'listAfter' | 'last'> }, settings: EventFeedSettings) {
    this.#events = ports.events;
    this.#settings = settings;
  }

  /**
   * To be woken for events that concern `userId` (null: everybody's), on behalf of `callerId`, who must not have
   * more than the allowed streams (`throttled`). Close it when done. Read after opening: what was committed before is
   * not told.
   */
  open(callerId: string, userId: string | null): EventSubscription {
    const open = [...this.#subscriptions].filter((subscription) => subscription.callerId === callerId);
    if (open.length >= this.#settings.streamsPerUser) {
      const detail = `A user may have ${this.#settings.streamsPerUser} event streams open; close one first.`;
      throw new RegistryError('throttled', detail, { retryAfterSeconds: 10 });
    }
    const subscription = new EventSubscription(callerId, userId, () => {
      this.#subscriptions.delete(subscription);
      this.#settings.opened(this.#subscriptions.size);
    });
    if (this.#closed) subscription.close();
    else this.#subscriptions.add(subscription);
    this.#settings.opened(this.#subscriptions.size);
    void this.#ask();
    return subscription;
  }

  /** Closes every subscription, and those opened from now on. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const subscription of [...this.#subscriptions]) subscription.close();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    clearTimeout(this.#timer);
    let more = false;
    try {
      more =
        this.#position === undefined ? await this.#begin(this.#events) : await this.#goOn(this.#position);
    } catch {
      // A store that does not answer is asked again at the next poll; followers meet it themselves, too.
    }
    this.#asking = false;
    if (this.#subscriptions.size === 0) this.#position = undefined;
    else this.#timer = setTimeout(() => void this.#ask(), more ? 0 : this.#settings.pollMs).unref();
  }

  async #begin(events: Pick<EventStore, 'last'>): Promise<boolean> {
    this.#position = (await events.last(null))?.id ?? null;
    // What was committed between a follower's reading and now would otherwise wake nobody.
    for (const subscription of this.#subscriptions) subscription.wake();
    return false;
  }

  async #goOn(position: string | null): Promise<boolean> {
    const events = await this.#events.listAfter(null, position, eventsPerQuestion);
    this.#position = events.at(-1)?.id ?? position;
    const concerned = new Set(events.map((event) => event.userId));
    for (const subscription of this.#subscriptions) {
      const told = subscription.userId === null ? events.length > 0 : concerned.has(subscription.userId);
      if (told) subscription.wake();
    }
    return events.length === eventsPerQuestion;
  }
}

export class EventSubscription {
  readonly callerId: string;
  readonly userId: string | null;
  readonly #onClose: () => void;
  #woken = false;
  #wake: () => void = () => {};
  closed = false;

  constructor(callerId: string, userId: string | null, onClose: () => void) {
    this.callerId = callerId;
    this.userId = userId;
    this.#onClose = onClose;
  }

  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Until woken or closed, also if that was since the last wait; at most `ms`. True when woken. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#woken && !this.closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const woken = this.#woken;
    this.#woken = false;
    return woken;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#onClose();
    this.#wake();
  }
}
