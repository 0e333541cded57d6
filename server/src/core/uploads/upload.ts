// An upload receives the bytes of one version.
//
//   begin ──► open ──► completed        the version is recorded and its check queued, in the same commit
//              │  └──► aborted          by its user
//              └─────► expired          nobody completed it in time
//
// All but `open` are final. Bytes of aborted and expired uploads are removed by the job `clean-upload`.
import { type Caller, isAdmin, reachesPackage } from '../caller.ts';
import { notFound, RegistryError } from '../errors.ts';
import type { JobQueued } from '../jobs/index.ts';
import type { PackageAccess, PackageKind } from '../packages/index.ts';

export const uploadStates = ['open', 'completed', 'aborted', 'expired'] as const;
export type UploadState = (typeof uploadStates)[number];

export interface Upload {
  readonly id: string;
  readonly userId: string;
  readonly userName: string;
  readonly state: UploadState;
  readonly kind: PackageKind;
  readonly packageName: string;
  readonly label: string;
  readonly fileName: string;
  readonly contentType: string;
  /** As declared; null when the bytes come in one streamed request, until they have arrived. */
  readonly sizeBytes: number | null;
  /** SHA-256 as declared, lower-case hex. */
  readonly declaredDigest: string | null;
  readonly receiving: Receiving;
  /** Of the package that comes to be with this upload; null when nothing was said, or when there is one already. */
  readonly access: PackageAccess | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** What became of it, once completed. */
  readonly packageId: string | null;
  readonly versionId: string | null;
  /** Counts changes; a change made on an older revision is refused. */
  readonly revision: number;
}

/** How the bytes come: as one presigned POST, as parts, or in the request that also completes the upload. */
export type Receiving =
  | { readonly method: 'form' }
  | {
      readonly method: 'parts';
      readonly handle: string;
      readonly partSizeBytes: number;
      readonly partCount: number;
    }
  | { readonly method: 'stream' };

/** What a deployment allows. */
export interface UploadLimits {
  readonly maximumBytes: number;
  /** Content up to this size gets a form unless the client asks for parts. */
  readonly formMaximumBytes: number;
  readonly acceptedTypes: readonly string[];
  /** Uploads that one user may have open at the same time; those begun at once may be a few more. */
  readonly maximumOpen: number;
  /** How long an upload stays open. */
  readonly lifetimeMs: number;
  /** How long an address for a form or a part is good. */
  readonly addressLifetimeMs: number;
}

/** Adds an upload. Never violated. */
export interface UploadInserted {
  readonly change: 'upload.insert';
  readonly upload: Upload;
}

/** Replaces the upload of that id. Violated (`state-conflict`) unless the stored revision is one less. */
export interface UploadChanged {
  readonly change: 'upload.change';
  readonly upload: Upload;
}

export function revisedUpload(before: Upload, fields: Partial<Omit<Upload, 'id' | 'revision'>>): Upload {
  return { ...before, ...fields, revision: before.revision + 1 };
}

/** One's own upload (administrators: anybody's), for a package that the token extends to; others do not exist. */
export async function readUpload(
  { uploads }: { uploads: { find(id: string): Promise<Upload | null> } },
  caller: Caller,
  uploadId: string,
): Promise<Upload> {
  const upload = await uploads.find(uploadId);
  if (upload === null || !maySeeUpload(caller, upload)) throw notFound('upload', uploadId);
  return upload;
}

export function maySeeUpload(caller: Caller, upload: Upload): boolean {
  const mine = upload.userId === caller.user?.id;
  return (mine || isAdmin(caller)) && reachesPackage(caller, upload.packageName);
}

/** Whether bytes may still come to addresses of the upload that were given out. */
export function takesBytes(upload: Upload | null, now: Date): boolean {
  return upload?.state === 'open' && now < upload.expiresAt;
}

export function requireOpen(upload: Upload, now: Date): void {
  if (upload.state !== 'open') {
    throw new RegistryError('upload-closed', `The upload ${upload.id} is ${upload.state}.`);
  }
  if (now >= upload.expiresAt) {
    const at = upload.expiresAt.toISOString();
    throw new RegistryError('upload-closed', `The upload ${upload.id} expired at ${at}.`);
  }
}

/** Removes what an ended upload has left, or ends one that is due; see clean-upload.ts. */
export function cleanUploadJob(upload: Upload, runAt: Date): JobQueued {
  const payload = { uploadId: upload.id };
  return {
    change: 'job.queue',
    job: { id: `clean-${upload.id}-${upload.revision}`, kind: 'clean-upload', payload, runAt },
  };
}
