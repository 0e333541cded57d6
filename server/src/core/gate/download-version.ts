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
  const passed = await passGate(ports, caller, 'version.download', asked);
  const { version, digest } = passed;
  const expiresAt = new Date(ports.clock.now().getTime() + ports.downloadLifetimeMs);
  const { fileName, contentType, id: versionId, sizeBytes, label } = version;
  const served = { digest, fileName, contentType, versionId };
  const url = await ports.serving.addressContent(packageKey(digest), served, expiresAt);
  return { url, expiresAt, sizeBytes, digest, label, reason: passed.reason };
}

export interface Passed extends Meant {
  readonly digest: string;
  readonly reason: string;
}

/** The version, when the gate lets the caller have its content; the decision is durable when this resolves. */
export async function passGate(
  ports: GatePorts,
  caller: Caller,
  operation: OperationName,
  asked: { packageId: string; label?: string | undefined; path?: string },
): Promise<Passed> {
  const meant = await readVersion(ports, caller, asked.packageId, asked.label);
  const { package: pkg, version } = meant;
  const { allowed, reason } = decideDownload(caller, pkg, version);
  const subject: AuditSubject = {
    packageId: pkg.id,
    packageName: pkg.name,
    versionId: version.id,
    versionLabel: version.label,
    ...(asked.path === undefined ? { sizeBytes: version.sizeBytes } : { kind: 'file', id: asked.path }),
  };
  // A refusal is put on record where it is answered, like every other.
  if (!allowed) throw new RegistryError('permission-denied', reason);
  await ports.commit([audited(ports, caller, operation, subject, { reason })]);
  if (version.digest === null) throw notFound('content of version', version.label);
  return { ...meant, digest: version.digest, reason };
}
