export type { EventAppended, EventKind, RegistryEvent } from './event.ts';
export { eventKinds } from './event.ts';
