// Removes bytes that no record knows of. In the normal course there are none: every step records before it removes
// and holds before it promotes. A crash between storing bytes and recording them leaves some, and so does a restored
// backup of the records.
//
//   incoming/     the upload is unknown, ended, or its version decided
//   sessions      of parts: the same
//   quarantine/   the version is unknown, or where its content is not in quarantine any more
//   packages/     no version holds the content
import type { Clock } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { ContentHolds, ContentStore, ReceivingStore } from '../content/index.ts';
import type { JobQueued } from '../jobs/index.ts';
import type { VersionState, VersionStore } from '../packages/index.ts';
import type { UploadStore } from '../uploads/index.ts';

export interface SweepPorts {
  readonly clock: Clock;
  readonly uploads: Pick<UploadStore, 'find'>;
  readonly versions: Pick<VersionStore, 'find'>;
  readonly holds: Pick<ContentHolds, 'isHeld'>;
  readonly content: Pick<ContentStore, 'list' | 'remove'>;
  readonly receiving: Pick<ReceivingStore, 'listSessions' | 'abort'>;
  readonly commit: Commit<JobQueued>;
  /** Younger bytes are left alone: somebody may be just about to record them. */
  readonly sweepGraceMs: number;
}

/** May run at any time, and beside itself. */
export async function sweepContent(ports: SweepPorts, signal: AbortSignal): Promise<void> {
  const { content, receiving, clock, sweepGraceMs } = ports;
  const isYoung = (since: Date) => since.getTime() > clock.now().getTime() - sweepGraceMs;

  for await (const { key, handle, beganAt } of receiving.listSessions()) {
    signal.throwIfAborted();
    if (!isYoung(beganAt) && !(await uploadNeeds(ports, key.path))) await receiving.abort(key, handle);
  }
  for await (const object of content.list('incoming')) {
    signal.throwIfAborted();
    if (!isYoung(object.modifiedAt) && !(await uploadNeeds(ports, object.path))) await content.remove(object);
  }
  for await (const object of content.list('quarantine')) {
    signal.throwIfAborted();
    const version = await ports.versions.find(object.path);
    if (!isYoung(object.modifiedAt) && !isQuarantined(version?.state)) await content.remove(object);
  }
  for await (const { path, modifiedAt } of content.list('packages')) {
    signal.throwIfAborted();
    const digest = path.split('/').at(-1) ?? '';
    // By a job, which keeps others from promoting the same content meanwhile, and ends what it began.
    if (!isYoung(modifiedAt) && !(await ports.holds.isHeld(digest)))
      await ports.commit([removal(digest, clock)]);
  }
}

async function uploadNeeds({ uploads, versions }: SweepPorts, uploadId: string): Promise<boolean> {
  const upload = await uploads.find(uploadId);
  if (upload?.state === 'open') return true;
  if (upload?.state !== 'completed' || upload.versionId === null) return false;
  return (await versions.find(upload.versionId))?.state === 'pending';
}

/** `pending`: its content is copied here before the decision is recorded. */
function isQuarantined(state: VersionState | undefined): boolean {
  return state === 'pending' || state === 'quarantined' || state === 'releasing';
}

function removal(digest: string, clock: Clock): JobQueued {
  const job = {
    id: `remove-${digest}`,
    kind: 'remove-content',
    payload: { digest },
    runAt: clock.now(),
  } as const;
  return { change: 'job.queue', job };
}
