// How uploads end without becoming a version: aborted by their user, or expired.
import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { type ContentStore, incomingKey, type ReceivingStore } from '../content/index.ts';
import { type EventAppended, happened } from '../events/index.ts';
import type { JobQueued } from '../jobs/index.ts';
import type { UploadStore } from './ports.ts';
import {
  cleanUploadJob,
  readUpload,
  requireOpen,
  revisedUpload,
  type Upload,
  type UploadChanged,
} from './upload.ts';

/** Ends an open upload; a job removes its bytes. Aborting again answers the same. */
export async function abortUpload(
  ports: {
    clock: Clock;
    randomness: Randomness;
    uploads: Pick<UploadStore, 'find'>;
    commit: Commit<UploadChanged | JobQueued | AuditAppended>;
  },
  caller: Caller,
  uploadId: string,
): Promise<Upload> {
  const upload = await readUpload(ports, caller, uploadId);
  if (upload.state === 'aborted') return upload;
  requireOpen(upload, ports.clock.now());
  const aborted = revisedUpload(upload, { state: 'aborted' });
  await ports.commit([
    { change: 'upload.change', upload: aborted },
    cleanUploadJob(aborted, ports.clock.now()),
    audited(ports, caller, 'upload.abort', { kind: 'upload', id: upload.id }),
  ]);
  return aborted;
}

/**
 * The job behind every upload: ends it when it is due, and removes the bytes of one that ended without becoming a
 * version. May run at any time and again.
 */
export async function cleanUpload(
  ports: {
    clock: Clock;
    randomness: Randomness;
    uploads: Pick<UploadStore, 'find'>;
    content: Pick<ContentStore, 'remove'>;
    receiving: Pick<ReceivingStore, 'abort'>;
    commit: Commit<UploadChanged | EventAppended>;
  },
  uploadId: string,
): Promise<void> {
  const upload = await ports.uploads.find(uploadId);
  if (upload === null || upload.state === 'completed') return;
  if (upload.state === 'open') {
    if (ports.clock.now() < upload.expiresAt) return;
    await ports.commit([
      { change: 'upload.change', upload: revisedUpload(upload, { state: 'expired' }) },
      expiredEvent(ports, upload),
    ]);
  }
  const key = incomingKey(uploadId);
  if (upload.receiving.method === 'parts') await ports.receiving.abort(key, upload.receiving.handle);
  await ports.content.remove(key);
}

function expiredEvent(ports: { clock: Clock; randomness: Randomness }, upload: Upload): EventAppended {
  return happened(ports, 'upload.expired', {
    userId: upload.userId,
    uploadId: upload.id,
    packageId: null,
    versionId: null,
    data: { package: upload.packageName, version: upload.label },
  });
}
