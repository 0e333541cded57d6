import { type AuditAppended, type AuditSubject, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { packageKey, type ServingStore } from '../content/index.ts';
import { notFound, RegistryError } from '../errors.ts';
import type { OperationName } from '../operations.ts';
import { type Meant, type PackageStore, readVersion, type VersionStore } from '../packages/index.ts';
import { decideDownload } from './decide-download.ts';

export interface GatePorts {
  readonly clock: Clock;
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
}

/** Decides, puts the decision on record, and gives a short-lived address for the content. */
export async function downloadVersion(
  ports: GatePorts & { serving: ServingStore; downloadLifetimeMs: number },
  caller: Caller,
  asked: { packageId: string; label?: string | undefined },
): Promise<Download> {
  const admitted = await admit(ports, caller, asked);
  const { version, digest, reason } = admitted;
  await putOnRecord(ports, caller, 'version.download', admitted, { sizeBytes: version.sizeBytes });
  const expiresAt = new Date(ports.clock.now().getTime() + ports.downloadLifetimeMs);
  const { fileName, contentType, id: versionId, sizeBytes, label } = version;
  const served = { digest, fileName, contentType, versionId };
  const url = await ports.serving.addressContent(packageKey(digest), served, expiresAt);
  return { url, expiresAt, sizeBytes, digest, label, reason };
}

export interface Admitted extends Meant {
  readonly digest: string;
  /** Why the gate lets the caller pass. */
  readonly reason: string;
}

/** The version, when the gate lets the caller have its content. A refusal is put on record where it is answered. */
export async function admit(
  ports: Pick<GatePorts, 'packages' | 'versions'>,
  caller: Caller,
  asked: { packageId: string; label?: string | undefined },
): Promise<Admitted> {
  const meant = await readVersion(ports, caller, asked.packageId, asked.label);
  const { allowed, reason } = decideDownload(caller, meant.package, meant.version);
  if (!allowed) throw new RegistryError('permission-denied', reason);
  const { digest, label } = meant.version;
  if (digest === null) throw notFound('content of version', label);
  return { ...meant, digest, reason };
}

/** The decision is durable when this resolves, and only then an address or a byte may go out. */
export async function putOnRecord(
  ports: GatePorts,
  caller: Caller,
  operation: OperationName,
  { package: pkg, version, reason }: Admitted,
  about: AuditSubject,
): Promise<void> {
  const subject: AuditSubject = {
    packageId: pkg.id,
    packageName: pkg.name,
    versionId: version.id,
    versionLabel: version.label,
    ...about,
  };
  await ports.commit([audited(ports, caller, operation, subject, { reason })]);
}
