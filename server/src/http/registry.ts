// Everything a route may hand to a use case: all ports and settings, filled by wiring/. A use case takes only
// those that it names.
import type { AccessSettings, Passwords, SessionSigner } from '../core/access/index.ts';
import type { AuditEntry } from '../core/audit/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock, Randomness } from '../core/clock.ts';
import type { ContentStore, OwnContent, ReceivingStore, ServingStore } from '../core/content/index.ts';
import type { RecordsEngine } from '../core/engine.ts';
import type { EventFeed, SecretBox, WebhookSender } from '../core/events/index.ts';
import type { PolicyEngine, PolicyKeeper } from '../core/gate/index.ts';
import type { RegistryIdentity } from '../core/hallmarks/index.ts';
import type { Exposition, HealthMonitor, Telemetry, Tracer, Traffic } from '../core/health/index.ts';
import type { ReviewSettings } from '../core/pipeline/index.ts';
import type { RegistrySigner } from '../core/signing/index.ts';
import type { UploadLimits } from '../core/uploads/index.ts';
import type { ArchiveAddresses, ValidatorLimits, ValidatorRunner } from '../core/validators/index.ts';

export interface Registry extends RecordsEngine {
  readonly content: ContentStore;
  readonly receiving: ReceivingStore;
  readonly serving: ServingStore;
  /** What answers at addresses of this server; null when clients reach the content store itself. */
  readonly ownContent: OwnContent | null;
  readonly uploadLimits: UploadLimits;
  readonly review: ReviewSettings;
  readonly downloadLifetimeMs: number;
  readonly policyEngine: PolicyEngine;
  readonly policyKeeper: PolicyKeeper;
  readonly validatorLimits: ValidatorLimits;
  readonly validatorRunner: ValidatorRunner;
  readonly validatorArchives: ArchiveAddresses | null;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly access: AccessSettings;
  readonly passwords: Passwords;
  readonly sessionSigner: SessionSigner;
  /** Signs what the registry states. */
  readonly signer: RegistrySigner;
  /** In whose name. */
  readonly identity: RegistryIdentity;
  readonly eventFeed: EventFeed;
  readonly webhookSender: WebhookSender;
  readonly secretBox: SecretBox;
  /** Its components `database` and `content` decide about readiness. */
  readonly health: HealthMonitor;
  readonly traffic: Traffic;
  readonly telemetry: Telemetry & Exposition;
  /** Null: nothing is traced. */
  readonly tracer: Tracer | null;
  readonly metricsFor: 'loopback' | 'anyone' | 'administrators';
  /** The release that runs. */
  readonly version: string;
  readonly startedAt: Date;
  /** Notes the entry of an operation that changed nothing; written shortly after. */
  readonly observe: (entry: AuditEntry) => void;
  /** Null while what is noted is also written; otherwise what to wait for before more is to be noted. */
  readonly auditBehind: () => Promise<unknown> | null;
  /** The caller behind an `Authorization` header; throws when there is one and it is no good. */
  readonly authenticate: (
    authorization: string | undefined,
    from: { address: string; requestId: string },
  ) => Promise<Caller>;
}
