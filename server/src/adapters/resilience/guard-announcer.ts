import type { EventAnnouncer } from '../../core/events/index.ts';
import { idempotentWrite } from './call.ts';
import type { GuardedSide } from './engine-guard.ts';
import { guarded } from './guarded.ts';

/** An event goes out under its id: announced twice it is the same one. */
export function guardAnnouncer(announcer: EventAnnouncer, side: GuardedSide): EventAnnouncer {
  return guarded(announcer, side, { announce: idempotentWrite }, {});
}
