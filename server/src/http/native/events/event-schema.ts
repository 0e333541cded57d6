import Type, { type Static } from 'typebox';
import { eventKinds, type RegistryEvent } from '../../../core/events/index.ts';
import { Id, Timestamp } from '../../schemas.ts';

export const EventKindSchema = Type.Enum([...eventKinds]);

export const EventSchema = Type.Object({
  id: Id,
  at: Timestamp,
  kind: EventKindSchema,
  uploadId: Type.Union([Id, Type.Null()]),
  packageId: Type.Union([Id, Type.Null()]),
  versionId: Type.Union([Id, Type.Null()]),
  data: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()])),
});

export function presentEvent({ userId: _, ...event }: RegistryEvent): Static<typeof EventSchema> {
  return { ...event, at: event.at.toISOString(), data: { ...event.data } };
}
