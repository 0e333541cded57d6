import {
  type AuditAppended,
  type AuditDecision,
  type AuditEntry,
  type AuditSubject,
  audited,
  keepableText,
} from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { packageKey, type ServingStore } from '../content/index.ts';
import { type ErrorCode, errorCatalogue, notFound, RegistryError } from '../errors.ts';
import { type SigningPorts, signReceipt } from '../hallmarks/index.ts';
import type { OperationName } from '../operations.ts';
import { type Meant, type PackageStore, readVersion, type VersionStore } from '../packages/index.ts';
import { type DecisionPorts, decideDownload } from './decide-download.ts';
import { type ContentOperation, contentActions } from './inputs.ts';
import { longestText, runValidator, type ValidatorRun, type ValidatorRunPorts } from './run-validator.ts';

export interface GatePorts extends ValidatorRunPorts, DecisionPorts {
  readonly randomness: Randomness;
  readonly packages: Pick<PackageStore, 'find'>;
  readonly versions: Pick<VersionStore, 'find' | 'findByLabel'>;
  readonly commit: Commit<AuditAppended>;
}

export interface Download {
  readonly url: string;
  readonly expiresAt: Date;
  readonly sizeBytes: number;
  readonly digest: string;
  readonly label: string;
  readonly reason: string;
  /** A signed statement of the decision, where one was asked for. */
  readonly receipt: string | null;
}

/** Decides, puts the decision on record, and gives a short-lived address for the content. */
export async function downloadVersion(
  ports: GatePorts &
    Pick<SigningPorts, 'signer' | 'identity'> & { serving: ServingStore; downloadLifetimeMs: number },
  caller: Caller,
  asked: { packageId: string; label?: string | undefined; receipt?: boolean },
): Promise<Download> {
  const admitted = await admit(ports, caller, 'version.download', asked);
  const { version, digest, reason } = admitted;
  const entry = await putOnRecord(ports, caller, 'version.download', admitted, {
    sizeBytes: version.sizeBytes,
  });
  const expiresAt = new Date(ports.clock.now().getTime() + ports.downloadLifetimeMs);
  const { fileName, contentType, id: versionId, sizeBytes, label } = version;
  const served = { digest, fileName, contentType, versionId };
  const url = await ports.serving.addressContent(packageKey(digest), served, expiresAt);
  const { policies } = admitted.decision;
  const receipt = asked.receipt ? await signReceipt(ports, { ...admitted, policies, entry }) : null;
  return { url, expiresAt, sizeBytes, digest, label, reason, receipt };
}

export interface Admitted extends Meant {
  readonly digest: string;
  /** Why the gate lets the caller pass. */
  readonly reason: string;
  readonly decision: AuditDecision;
}

/**
 * The version, when the gate lets the caller have its content: the policy, and then the validator of a sensitive package.
 * A refusal is on record before it is answered.
 */
export async function admit(
  ports: GatePorts,
  caller: Caller,
  operation: ContentOperation,
  asked: { packageId: string; label?: string | undefined },
  about: AuditSubject = {},
): Promise<Admitted> {
  const meant = await readVersion(ports, caller, asked.packageId, asked.label);
  const { allowed, reason, policies, inputs } = await decideDownload(
    ports,
    caller,
    contentActions[operation],
    meant,
  );
  const refuse = (refusal: Refusal) => refused(ports, caller, operation, { ...meant, about }, refusal);
  if (!allowed) {
    const decision = { inputs: { ...inputs }, policies };
    throw await refuse({ code: 'permission-denied', detail: reason, reason, decision });
  }
  const { digest, label } = meant.version;
  if (digest === null) throw notFound('content of version', label);
  const run = await runValidator(ports, caller, { ...meant, digest });
  const decision = { inputs: run === null ? { ...inputs } : { ...inputs, validator: run.noted }, policies };
  if (run === null) return { ...meant, digest, reason, decision };
  if (!run.allowed) throw await refuse({ ...refusalOf(run), decision });
  return { ...meant, digest, reason: `${reason} ${run.message}`, decision };
}

interface Refusal {
  readonly code: ErrorCode;
  /** For the caller. */
  readonly detail: string;
  /** For the audit. */
  readonly reason: string;
  readonly decision: AuditDecision;
  readonly retryAfterSeconds?: number;
}

/** Whoever could not be asked has not decided: the caller comes again. Everything else is a decision. */
function refusalOf({ message, noted: { cause } }: ValidatorRun): Omit<Refusal, 'decision'> {
  const reason = keepableText(message.slice(0, longestText));
  if (cause === 'busy' || cause === 'unavailable') {
    const retryAfterSeconds = cause === 'busy' ? 2 : 15;
    return { code: 'validator-unavailable', detail: message, reason, retryAfterSeconds };
  }
  return { code: 'validator-denied', detail: message, reason };
}

/** Puts the refusal on record and resolves with what to throw. */
async function refused(
  ports: GatePorts,
  caller: Caller,
  operation: OperationName,
  { about, ...meant }: Meant & { readonly about: AuditSubject },
  { code, detail, reason, decision, retryAfterSeconds }: Refusal,
): Promise<RegistryError> {
  const outcome = errorCatalogue[code].kind === 'unavailable' ? 'failed' : 'denied';
  const subject = subjectOf(meant, about);
  await ports.commit([audited(ports, caller, operation, subject, { outcome, reason, decision })]);
  return new RegistryError(code, detail, {
    onRecord: true,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

/** The decision is durable when this resolves, as this entry, and only then an address or a byte may go out. */
export async function putOnRecord(
  ports: GatePorts,
  caller: Caller,
  operation: OperationName,
  { reason, decision, ...meant }: Admitted,
  about: AuditSubject,
): Promise<AuditEntry> {
  const appended = audited(ports, caller, operation, subjectOf(meant, about), { reason, decision });
  await ports.commit([appended]);
  return appended.entry;
}

function subjectOf({ package: pkg, version }: Meant, about: AuditSubject): AuditSubject {
  return {
    packageId: pkg.id,
    packageName: pkg.name,
    versionId: version.id,
    versionLabel: version.label,
    ...about,
  };
}
