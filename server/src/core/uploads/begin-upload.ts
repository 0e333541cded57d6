import { type GroupStore, userOf } from '../access/index.ts';
import { type AuditAppended, audited } from '../audit/index.ts';
import { type Caller, reachesPackage } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { incomingKey, type ReceivingStore } from '../content/index.ts';
import { RegistryError } from '../errors.ts';
import type { JobQueued } from '../jobs/index.ts';
import {
  accessChange,
  chosenAccess,
  type GivenAccess,
  isAccessGiven,
  maintains,
  openAccess,
  type Package,
  type PackageAccess,
  type PackageKind,
  type PackageStore,
  requireLabel,
  requirePackageName,
  type VersionStore,
} from '../packages/index.ts';
import { partSizeFor } from './parts.ts';
import type { UploadStore } from './ports.ts';
import {
  cleanUploadJob,
  type Receiving,
  type Upload,
  type UploadInserted,
  type UploadLimits,
} from './upload.ts';

export interface BeginUploadPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly packages: Pick<PackageStore, 'findByName'>;
  readonly versions: Pick<VersionStore, 'findByLabel'>;
  readonly groups: Pick<GroupStore, 'find'>;
  readonly uploads: Pick<UploadStore, 'list'>;
  readonly receiving: Pick<ReceivingStore, 'begin'>;
  readonly uploadLimits: UploadLimits;
  readonly commit: Commit<UploadInserted | JobQueued | AuditAppended>;
}

export interface DeclaredUpload {
  readonly kind: PackageKind;
  readonly packageName: string;
  readonly label: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly declaredDigest: string | null;
  /** Who may see and have a package that is new. Of one that there is, it must say what is so already. */
  readonly access?: GivenAccess | undefined;
}

/** Opens an upload for bytes that come as a form or in parts. */
export async function beginUpload(
  ports: BeginUploadPorts,
  caller: Caller,
  given: DeclaredUpload & { sizeBytes: number; method?: 'form' | 'parts' | undefined },
): Promise<Upload> {
  requireSize(given.sizeBytes, ports.uploadLimits);
  const id = ports.randomness.id();
  const fits = given.sizeBytes <= ports.uploadLimits.formMaximumBytes;
  if (given.method === 'form' && !fits) throw tooLargeForForm(given.sizeBytes, ports.uploadLimits);
  const method = given.method ?? (fits ? 'form' : 'parts');
  const newAccess = await requirePublishable(ports, caller, given);
  const receiving = method === 'form' ? { method } : await beginParts(ports, id, given.sizeBytes);
  return openUpload(ports, caller, { ...given, id, receiving, newAccess });
}

/** Opens an upload for bytes that follow in the same request; how many is not known yet. */
export async function beginStreamedUpload(
  ports: BeginUploadPorts,
  caller: Caller,
  given: DeclaredUpload,
): Promise<Upload> {
  const newAccess = await requirePublishable(ports, caller, given);
  const receiving = { method: 'stream' } as const;
  const id = ports.randomness.id();
  return openUpload(ports, caller, { ...given, id, sizeBytes: null, receiving, newAccess });
}

async function openUpload(
  ports: BeginUploadPorts,
  caller: Caller,
  given: DeclaredUpload & {
    id: string;
    sizeBytes: number | null;
    receiving: Receiving;
    newAccess: Upload['access'];
  },
): Promise<Upload> {
  const now = ports.clock.now();
  const upload: Upload = {
    id: given.id,
    userId: caller.user?.id ?? '',
    userName: caller.user?.name ?? '',
    state: 'open',
    kind: given.kind,
    packageName: given.packageName,
    label: requireLabel(given.label),
    fileName: given.fileName,
    contentType: given.contentType,
    sizeBytes: given.sizeBytes,
    declaredDigest: given.declaredDigest,
    receiving: given.receiving,
    access: given.newAccess,
    createdAt: now,
    expiresAt: new Date(now.getTime() + ports.uploadLimits.lifetimeMs),
    packageId: null,
    versionId: null,
    revision: 1,
  };
  await ports.commit([
    { change: 'upload.insert', upload },
    cleanUploadJob(upload, upload.expiresAt),
    audited(ports, caller, 'upload.begin', {
      kind: 'upload',
      id: upload.id,
      packageName: upload.packageName,
      versionLabel: upload.label,
    }),
  ]);
  return upload;
}

async function beginParts(
  { receiving }: BeginUploadPorts,
  uploadId: string,
  sizeBytes: number,
): Promise<Receiving> {
  const partSizeBytes = partSizeFor(sizeBytes);
  const handle = await receiving.begin(incomingKey(uploadId), sizeBytes, partSizeBytes);
  return { method: 'parts', handle, partSizeBytes, partCount: Math.ceil(sizeBytes / partSizeBytes) };
}

/**
 * Refuses everything that can be refused before a byte is sent; what others do meanwhile is seen at completion. Resolves with
 * what was said about a package that is new.
 */
async function requirePublishable(
  ports: Pick<BeginUploadPorts, 'clock' | 'packages' | 'versions' | 'groups' | 'uploads' | 'uploadLimits'>,
  caller: Caller,
  given: DeclaredUpload,
): Promise<PackageAccess | null> {
  await requireFewOpen(ports, caller);
  requirePackageName(given.packageName);
  const label = requireLabel(given.label);
  requireFileName(given.fileName);
  requireType(given.contentType, ports.uploadLimits);
  requireReach(caller, given.packageName);
  const pkg = await ports.packages.findByName(given.kind, given.packageName);
  const { access = {} } = given;
  if (pkg === null) return isAccessGiven(access) ? chosenAccess(ports, openAccess, access) : null;
  requireMayPublish(caller, pkg);
  requireSameAccess(pkg, await chosenAccess(ports, pkg, access));
  if ((await ports.versions.findByLabel(pkg.id, label)) !== null) throw versionExists(pkg, label);
  return null;
}

/** An upload changes nothing about who sees the package: nobody is to believe that it did. */
export function requireSameAccess(pkg: Package, access: PackageAccess): void {
  const change = accessChange(pkg, access);
  if (change === null) return;
  throw new RegistryError(
    'state-conflict',
    `${pkg.name} is a package already; change who may see and have it there, not by an upload (${change}).`,
  );
}

function requireReach(caller: Caller, name: string): void {
  if (reachesPackage(caller, name)) return;
  throw new RegistryError(
    'permission-denied',
    `The token is not for packages named ${JSON.stringify(name)}.`,
  );
}

async function requireFewOpen(
  { clock, uploads, uploadLimits }: Pick<BeginUploadPorts, 'clock' | 'uploads' | 'uploadLimits'>,
  caller: Caller,
): Promise<void> {
  const { maximumOpen } = uploadLimits;
  const open = await uploads.list({ userId: userOf(caller).id, state: 'open' }, { limit: maximumOpen });
  if (open.items.length < maximumOpen) return;
  throw new RegistryError(
    'upload-limit',
    `${open.items.length} uploads are open, and at most ${maximumOpen} may be.`,
    { retryAfterSeconds: secondsUntilOneExpires(open.items, clock.now()) },
  );
}

/** Until there is room even if nobody completes or aborts one. */
function secondsUntilOneExpires(open: readonly Upload[], now: Date): number {
  const first = Math.min(...open.map(({ expiresAt }) => expiresAt.getTime()));
  return Math.max(1, Math.ceil((first - now.getTime()) / 1_000));
}

export function requireMayPublish(caller: Caller, pkg: Package): void {
  if (!maintains(caller, pkg)) {
    throw new RegistryError('name-taken', `The ${pkg.kind} name ${JSON.stringify(pkg.name)} is taken.`);
  }
  // The name that the package has may be spelt otherwise than the one that was given.
  requireReach(caller, pkg.name);
  if (pkg.state === 'deleted') {
    throw new RegistryError(
      'state-conflict',
      `The ${pkg.kind} ${pkg.name} is deleted; its name stays taken.`,
    );
  }
}

export function versionExists(pkg: Pick<Package, 'name'>, label: string): RegistryError {
  return new RegistryError('version-exists', `${pkg.name} has a version ${label} already.`);
}

export function requireSize(sizeBytes: number, { maximumBytes }: UploadLimits): void {
  if (sizeBytes > maximumBytes) {
    throw new RegistryError(
      'upload-too-large',
      `${sizeBytes} bytes are more than the limit of ${maximumBytes}.`,
    );
  }
  if (sizeBytes < 1)
    throw new RegistryError('upload-size-mismatch', 'An upload of 0 bytes holds no package.');
}

function tooLargeForForm(sizeBytes: number, { formMaximumBytes }: UploadLimits): RegistryError {
  return new RegistryError(
    'upload-too-large',
    `${sizeBytes} bytes are more than the ${formMaximumBytes} that a form may carry; use the method \`parts\`.`,
  );
}

function requireType(contentType: string, { acceptedTypes }: UploadLimits): void {
  if (acceptedTypes.includes(contentType)) return;
  throw new RegistryError(
    'upload-type-invalid',
    `The type ${JSON.stringify(contentType.slice(0, 100))} is not one of ${acceptedTypes.join(', ')}.`,
  );
}

function requireFileName(fileName: string): void {
  const hasControl = [...fileName].some((character) => character < ' ' || character === '\u007f');
  if (fileName.length >= 1 && fileName.length <= 255 && !/[/\\]/.test(fileName) && !hasControl) return;
  throw new RegistryError(
    'invalid-request',
    `The file name ${JSON.stringify(fileName.slice(0, 100))} must have 1 to 255 characters without slashes and control characters.`,
  );
}
