import type { Examiner } from '../core/checks/index.ts';
import type { Clock, Randomness } from '../core/clock.ts';
import type { ContentStore, ReceivingStore } from '../core/content/index.ts';
import type { RecordsEngine } from '../core/engine.ts';

/** Everything a job may hand to a use case; filled by wiring.ts. */
export interface WorkerPorts extends RecordsEngine {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly content: ContentStore;
  readonly receiving: ReceivingStore;
  readonly examiner: Examiner;
}
