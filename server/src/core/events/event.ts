import type { Clock, Randomness } from '../clock.ts';

/** Something that happened to a version, told to those it concerns. */
export interface RegistryEvent {
  /** The id of the server-sent event and of the webhook message. */
  readonly id: string;
  readonly at: Date;
  readonly kind: EventKind;
  /** Whose upload or package it is about: they are told. */
  readonly userId: string;
  readonly uploadId: string | null;
  readonly packageId: string | null;
  readonly versionId: string | null;
  /** Small, presentable; no secrets, nothing that only reviewers may know. */
  readonly data: Readonly<Record<string, string | number | null>>;
}

export const eventKinds = [
  'upload.completed',
  'upload.expired',
  'version.published',
  'version.quarantined',
  'version.rejected',
  'version.yanked',
  'version.unyanked',
  'version.deleted',
] as const;
export type EventKind = (typeof eventKinds)[number];

/**
 * Appends the event behind all others, and queues the telling of it to webhooks (job `tell-event`, id
 * `tell-<event id>`). An event that exists is left as it is.
 */
export interface EventAppended {
  readonly change: 'event.append';
  readonly event: RegistryEvent;
}

/** The event that something happened just now, to be committed with it. */
export function happened(
  { clock, randomness }: { clock: Clock; randomness: Randomness },
  kind: EventKind,
  about: Omit<RegistryEvent, 'id' | 'at' | 'kind'>,
): EventAppended {
  return { change: 'event.append', event: { id: randomness.id(), at: clock.now(), kind, ...about } };
}

/** The job that an engine queues together with the event. */
export function tellingJob(event: RegistryEvent) {
  return {
    id: `tell-${event.id}`,
    kind: 'tell-event',
    payload: { eventId: event.id },
    runAt: event.at,
  } as const;
}
