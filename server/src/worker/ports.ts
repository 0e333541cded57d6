import type { Examiner } from '../core/checks/index.ts';
import type { Clock, Randomness } from '../core/clock.ts';
import type { ContentStore, ReceivingStore } from '../core/content/index.ts';
import type { RecordsEngine } from '../core/engine.ts';
import type { EventAnnouncer, SecretBox, WebhookSender } from '../core/events/index.ts';
import type { RegistryIdentity } from '../core/hallmarks/index.ts';
import type { Telemetry } from '../core/health/index.ts';
import type { RegistrySigner } from '../core/signing/index.ts';

/** Everything a job may hand to a use case; filled by wiring/. */
export interface WorkerPorts extends RecordsEngine {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly content: ContentStore;
  readonly receiving: ReceivingStore;
  readonly examiner: Examiner;
  readonly signer: RegistrySigner;
  readonly identity: RegistryIdentity;
  readonly sweepGraceMs: number;
  /** How many contents are checked again in an hour, at most, when the rules have changed. 0: none. */
  readonly recheckPerHour: number;
  readonly webhookSender: WebhookSender;
  readonly secretBox: SecretBox;
  /** Null: nobody outside is told of every event. */
  readonly announcer: EventAnnouncer | null;
  /** A webhook is switched off after so many deliveries in a row that were given up. */
  readonly webhookSwitchOffAfter: number;
  readonly telemetry: Telemetry;
}
