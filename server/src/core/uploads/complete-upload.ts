import { type AuditAppended, type AuditSubject, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { type ContentStore, incomingKey, type ReceivedPart, type ReceivingStore } from '../content/index.ts';
import { RegistryError } from '../errors.ts';
import { type EventAppended, happened } from '../events/index.ts';
import type { JobQueued } from '../jobs/index.ts';
import {
  accessChange,
  openAccess,
  type Package,
  type PackageInserted,
  type PackageStore,
  type Version,
  type VersionInserted,
} from '../packages/index.ts';
import { requireMayPublish, requireSameAccess } from './begin-upload.ts';
import { partExtent } from './parts.ts';
import type { UploadStore } from './ports.ts';
import { readUpload, requireOpen, revisedUpload, type Upload, type UploadChanged } from './upload.ts';

export interface CompleteUploadPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly uploads: Pick<UploadStore, 'find'>;
  readonly packages: Pick<PackageStore, 'findByName'>;
  readonly content: Pick<ContentStore, 'stat'>;
  readonly receiving: Pick<ReceivingStore, 'listParts' | 'join'>;
  readonly commit: Commit<
    UploadChanged | PackageInserted | VersionInserted | JobQueued | EventAppended | AuditAppended
  >;
}

/**
 * Makes a version of the bytes that have arrived: it is `pending`, and its check is queued with it. Completing
 * again answers the same.
 */
export async function completeUpload(
  ports: CompleteUploadPorts,
  caller: Caller,
  uploadId: string,
): Promise<Upload> {
  const upload = await readUpload(ports, caller, uploadId);
  if (upload.state === 'completed') return upload;
  requireOpen(upload, ports.clock.now());
  try {
    return await complete(ports, caller, upload);
  } catch (error) {
    // Somebody else may have joined the parts, changed the upload, or taken the package name, since it was read.
    if (!(error instanceof RegistryError && lostRace.has(error.code))) throw error;
    const now = await readUpload(ports, caller, uploadId);
    if (now.state === 'completed') return now;
    requireOpen(now, ports.clock.now());
    return complete(ports, caller, now);
  }
}

const lostRace: ReadonlySet<string> = new Set([
  'upload-incomplete',
  'upload-closed',
  'state-conflict',
  'name-taken',
]);

async function complete(ports: CompleteUploadPorts, caller: Caller, upload: Upload): Promise<Upload> {
  return recordVersion(ports, caller, upload, await joinedSize(ports, upload));
}

/** Puts the bytes together and compares them with what was declared. */
async function joinedSize(ports: CompleteUploadPorts, upload: Upload): Promise<number> {
  const key = incomingKey(upload.id);
  const joined = await ports.content.stat(key);
  const stat = joined ?? (upload.receiving.method === 'parts' ? await joinParts(ports, upload) : null);
  if (stat === null) {
    throw new RegistryError('upload-incomplete', `No bytes have arrived for the upload ${upload.id}.`);
  }
  if (upload.sizeBytes !== null && stat.sizeBytes !== upload.sizeBytes) {
    throw new RegistryError(
      'upload-size-mismatch',
      `${stat.sizeBytes} bytes have arrived, but ${upload.sizeBytes} were declared.`,
    );
  }
  return stat.sizeBytes;
}

async function joinParts({ receiving }: CompleteUploadPorts, upload: Upload) {
  if (upload.receiving.method !== 'parts') return null;
  const key = incomingKey(upload.id);
  const { handle, partCount } = upload.receiving;
  const parts = await receiving.listParts(key, handle);
  requireAllParts(upload, partCount, parts);
  return receiving.join(key, handle, parts);
}

function requireAllParts(upload: Upload, partCount: number, parts: readonly ReceivedPart[]): void {
  const received = new Map(parts.map((part) => [part.partNumber, part.sizeBytes]));
  const missing: number[] = [];
  for (let number = 1; number <= partCount; number++) {
    if (received.get(number) !== partExtent(upload, number).sizeBytes) missing.push(number);
  }
  if (missing.length === 0) return;
  const named = missing.slice(0, 20).join(', ') + (missing.length > 20 ? ', …' : '');
  throw new RegistryError(
    'upload-incomplete',
    `${missing.length} of ${partCount} parts are missing: ${named}. Send them, then complete again.`,
  );
}

async function recordVersion(
  ports: CompleteUploadPorts,
  caller: Caller,
  upload: Upload,
  sizeBytes: number,
): Promise<Upload> {
  const now = ports.clock.now();
  const existing = await ports.packages.findByName(upload.kind, upload.packageName);
  if (existing !== null) {
    requireMayPublish(caller, existing);
    if (upload.access !== null) requireSameAccess(existing, upload.access);
  }
  const pkg = existing ?? newPackage(ports, upload, now);
  const version = pendingVersion(ports, upload, pkg, sizeBytes, now);
  const completed = revisedUpload(upload, {
    state: 'completed',
    sizeBytes,
    packageId: pkg.id,
    versionId: version.id,
  });
  await ports.commit([
    { change: 'upload.change', upload: completed },
    ...(existing === null ? [{ change: 'package.insert', package: pkg } as const] : []),
    { change: 'version.insert', version },
    checkVersionJob(version.id, now),
    completedEvent(ports, completed),
    completedEntry(ports, caller, completed, { pkg, isNew: existing === null }),
  ]);
  return completed;
}

function completedEntry(
  ports: CompleteUploadPorts,
  caller: Caller,
  upload: Upload,
  { pkg, isNew }: { pkg: Package; isNew: boolean },
): AuditAppended {
  const subject: AuditSubject = {
    kind: 'upload',
    id: upload.id,
    packageId: pkg.id,
    packageName: pkg.name,
    ...(upload.versionId !== null && { versionId: upload.versionId }),
    versionLabel: upload.label,
    ...(upload.sizeBytes !== null && { sizeBytes: upload.sizeBytes }),
  };
  const reason = isNew ? accessChange(openAccess, pkg) : null;
  return audited(ports, caller, 'upload.complete', subject, { reason });
}

function newPackage({ randomness }: CompleteUploadPorts, upload: Upload, now: Date): Package {
  return {
    id: randomness.id(),
    kind: upload.kind,
    name: upload.packageName,
    title: upload.packageName,
    description: '',
    ownerId: upload.userId,
    ownerName: upload.userName,
    groupId: null,
    ...(upload.access ?? openAccess),
    state: 'hidden',
    createdAt: now,
    updatedAt: now,
    latest: null,
    revision: 1,
  };
}

function pendingVersion(
  { randomness }: CompleteUploadPorts,
  upload: Upload,
  pkg: Package,
  sizeBytes: number,
  now: Date,
): Version {
  return {
    id: randomness.id(),
    packageId: pkg.id,
    label: upload.label,
    state: 'pending',
    uploadId: upload.id,
    fileName: upload.fileName,
    contentType: upload.contentType,
    sizeBytes,
    digest: null,
    declaredDigest: upload.declaredDigest,
    uploadedBy: { userId: upload.userId, userName: upload.userName },
    createdAt: now,
    decidedAt: null,
    review: null,
    publishedAt: null,
    reason: null,
    license: '',
    summary: '',
    revision: 1,
  };
}

function checkVersionJob(versionId: string, runAt: Date): JobQueued {
  return {
    change: 'job.queue',
    job: { id: `check-${versionId}`, kind: 'check-version', payload: { versionId }, runAt },
  };
}

function completedEvent(ports: CompleteUploadPorts, upload: Upload): EventAppended {
  return happened(ports, 'upload.completed', {
    userId: upload.userId,
    uploadId: upload.id,
    packageId: upload.packageId,
    versionId: upload.versionId,
    data: { package: upload.packageName, version: upload.label, sizeBytes: upload.sizeBytes },
  });
}
