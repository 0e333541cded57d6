import type { JobKind } from '../jobs/index.ts';
import type { OperationName } from '../operations.ts';
import type { ValidatorCause } from '../validators/index.ts';

/** Counts and times what the registry does, for a monitoring system. Cheap, and never throws. */
export interface Telemetry {
  /** `operation` is null for a request that no route takes. */
  requestAnswered(operation: OperationName | null, status: number, seconds: number): void;
  contentReceived(bytes: number): void;
  contentSent(bytes: number): void;
  /** `again`: failed, and will be tried once more. */
  jobEnded(kind: JobKind, outcome: 'finished' | 'again' | 'dead', seconds: number): void;
  validatorEnded(cause: ValidatorCause, seconds: number): void;
  checkEnded(check: string, verdict: 'passed' | 'failed' | 'inconclusive', seconds: number): void;
  eventStreams(open: number): void;
  /** Observed audit entries that were dropped. */
  auditLost(entries: number): void;
}

/** All that was told to a `Telemetry`, in the form that the monitoring system reads. */
export interface Exposition {
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export const noTelemetry: Telemetry & Exposition = {
  requestAnswered: () => {},
  contentReceived: () => {},
  contentSent: () => {},
  jobEnded: () => {},
  checkEnded: () => {},
  validatorEnded: () => {},
  eventStreams: () => {},
  auditLost: () => {},
  expose: async () => ({ contentType: 'text/plain', text: '' }),
};
