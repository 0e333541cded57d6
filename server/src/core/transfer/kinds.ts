// How records of each kind are told apart, and what of them arrives at the target.
import { StorageError } from '../errors.ts';
import { revisedUpload, type Upload } from '../uploads/index.ts';
import type { KeptJob, RecordKind, RegistryRecords } from './ports.ts';

export interface KindRule<R> {
  /** No two records of the kind have the same. */
  readonly key: (record: R) => readonly string[];
  /** The record as it is to be at the target; null when it does not come along. Absent: as it is. */
  readonly arriving?: (record: R) => R | null;
  /** What must be the same on both sides. Absent: everything. */
  readonly compared?: (record: R) => object;
  /**
   * A registry that only reads still counts the uses of sessions, forgets what has expired and writes the audit of
   * reading. What of a record such a registry leaves alone; null when it may come and go. Absent: all that is compared.
   */
  readonly settled?: (record: R, settled: Settled) => object | null;
}

/** Since when nothing but reading happens at the source, and what time it is. */
export interface Settled {
  readonly since: Date;
  readonly now: Date;
}

const byId = { key: ({ id }: { readonly id: string }) => [id] };

export const kindRules: { readonly [K in RecordKind]: KindRule<RegistryRecords[K]> } = {
  user: byId,
  'former-user': byId,
  group: byId,
  'group-member': { key: ({ groupId, userId }) => [groupId, userId] },
  session: {
    ...byId,
    settled: ({ usesLeft: _, ...rest }, { now }) => (rest.expiresAt > now ? rest : null),
  },
  'personal-token': { ...byId, settled: (token, { now }) => (token.expiresAt > now ? token : null) },
  item: byId,
  package: { key: (kept) => [kept.package.id] },
  version: byId,
  'version-file': { key: ({ versionId, path }) => [versionId, path] },
  report: { key: ({ versionId }) => [versionId] },
  verdict: { key: ({ digest, id }) => [digest, id] },
  hallmark: { key: ({ versionId, id }) => [versionId, id] },
  'false-alarm': { key: ({ digest, rule }) => [digest, rule] },
  policy: { key: ({ number }) => [String(number)] },
  validator: { key: ({ packageId, number }) => [packageId, String(number)] },
  upload: { ...byId, arriving: endedUpload },
  'content-hold': { key: ({ digest, versionId }) => [digest, versionId] },
  'content-removal': { key: ({ digest }) => [digest] },
  webhook: byId,
  delivery: byId,
  event: byId,
  job: { ...byId, arriving: comingJob, compared: ({ leasedUntil: _, ...rest }) => rest },
  'audit-entry': { ...byId, settled: (entry, { since }) => (entry.at < since ? entry : null) },
  'audit-leaf': { key: ({ index }) => [`${index}`] },
  'audit-tile': {
    key: ({ level, index }) => [`${level}`, `${index}`],
    compared: ({ hashes, ...key }) => ({ ...key, hashes: Buffer.from(hashes).toString('base64') }),
  },
  'audit-checkpoint': { key: ({ size }) => [`${size}`] },
};

/** In the order of `RegistryRecords`: what others refer to comes first. */
export const recordKinds = Object.keys(kindRules) as RecordKind[];

/** The parts that an open upload has received lie in a session of the source's store, and cannot be carried over. */
function endedUpload(upload: Upload): Upload {
  if (upload.state !== 'open') return upload;
  return revisedUpload(upload, { state: 'expired', receiving: { method: 'form' } });
}

const queuedByEveryWorker: ReadonlySet<string> = new Set([
  'sweep-content',
  'sweep-verdicts',
  'fill-in-hallmarks',
]);

/** Every worker queues them at its start, whatever else happens. */
function comingJob(job: KeptJob): KeptJob | null {
  return queuedByEveryWorker.has(job.kind) ? null : job;
}

/** How what belongs to the audit is removed from any engine: it is not. */
export async function neverRemoved(): Promise<never> {
  throw new StorageError('permanent', 'What belongs to the audit is never removed.');
}
