/** Something that happened to a version, told to those it concerns. */
export interface RegistryEvent {
  /** Sorts by time; the id of the server-sent event. */
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

/** Appends the event, and queues the telling of it to webhooks (job `tell-event`, id `tell-<event id>`). */
export interface EventAppended {
  readonly change: 'event.append';
  readonly event: RegistryEvent;
}
