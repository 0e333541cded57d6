// Everything a route may hand to a use case: all ports and settings, filled by wiring.ts. A use case takes only
// those that it names.
import type { AuditEntry } from '../core/audit/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock, Randomness } from '../core/clock.ts';
import type { RecordsEngine } from '../core/engine.ts';

export interface Registry extends RecordsEngine {
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Notes the entry of an operation that changed nothing; written shortly after. */
  readonly observe: (entry: AuditEntry) => void;
  /** The caller behind an `Authorization` header; throws when there is one and it is no good. */
  readonly authenticate: (
    authorization: string | undefined,
    from: { address: string; requestId: string },
  ) => Promise<Caller>;
}
