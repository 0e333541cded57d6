import type { RegistryEvent } from './event.ts';
import type { EventAnnouncer, EventStore } from './ports.ts';

/** Passes the event on to whoever listens outside. It may be announced again; one that is not there is no failure. */
export async function announceEvent(
  ports: { readonly events: Pick<EventStore, 'find'>; readonly announcer: EventAnnouncer | null },
  eventId: string,
): Promise<void> {
  const event = await ports.events.find(eventId);
  if (event !== null) await ports.announcer?.announce(event);
}

/** The job of announcing, apart from that of telling: an event bus that is away keeps no webhook from being told. */
export function announcingJob(event: RegistryEvent, runAt: Date) {
  return {
    id: `announce-${event.id}`,
    kind: 'announce-event',
    payload: { eventId: event.id },
    runAt,
  } as const;
}

/** What listeners outside get: the event as JSON. Its `id` is the same however often it comes. */
export function announcement(event: RegistryEvent): string {
  return JSON.stringify(event);
}
