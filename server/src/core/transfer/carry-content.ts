// One pass over the content, which makes the target's the same as the source's. Every object that is carried is hashed
// while it is read at the source and again as it lies at the target; what the journal knows to be the same, and nobody
// has touched on either side since, is not read again.
import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Area, type ContentKey, type ContentStore, digestOf, printKey } from '../content/index.ts';
import { StorageError } from '../errors.ts';
import type { UploadStore } from '../uploads/index.ts';
import type { CarriedContent, TransferJournal } from './ports.ts';

export interface ContentOutcome {
  readonly count: number;
  readonly sizeBytes: number;
  readonly stored: number;
  readonly removed: number;
  /** Objects at the source whose bytes are not what their name says. They are not carried. */
  readonly damaged: readonly string[];
  /** Nothing had to be done, and nothing is damaged. */
  readonly same: boolean;
}

export interface ContentSides {
  readonly source: ContentStore;
  readonly target: ContentStore;
  readonly uploads: Pick<UploadStore, 'find'>;
  readonly journal: TransferJournal;
  /** Objects that are carried at the same time. */
  readonly parallel: number;
}

/** `logs` and `backups` are not the registry's own, and stay. */
const carriedAreas: readonly Area[] = ['packages', 'quarantine', 'processed', 'validators', 'incoming'];

export async function carryContent(sides: ContentSides): Promise<ContentOutcome> {
  const done = { count: 0, sizeBytes: 0, stored: 0, removed: 0, damaged: [] as string[] };
  for (const area of carriedAreas) {
    await eachAtOnce(sides.target.list(area), sides.parallel, async (key) => {
      if (await isWanted(sides, key)) return;
      await sides.target.remove(key);
      done.removed += 1;
    });
    await eachAtOnce(sides.source.list(area), sides.parallel, async (key) => {
      if (!(await comesAlong(sides, key))) return;
      const carried = await carryObject(sides, key);
      if (carried === 'gone') return;
      if (carried === 'damaged') done.damaged.push(printKey(key));
      else {
        done.count += 1;
        done.sizeBytes += carried.sizeBytes;
        done.stored += carried.stored ? 1 : 0;
      }
    });
  }
  return { ...done, same: done.stored + done.removed + done.damaged.length === 0 };
}

async function isWanted(sides: ContentSides, key: ContentKey): Promise<boolean> {
  return (await comesAlong(sides, key)) && (await sides.source.stat(key)) !== null;
}

/** What has arrived for an upload that is not completed does not: the upload ends with the transfer. */
async function comesAlong({ uploads }: ContentSides, { area, path }: ContentKey): Promise<boolean> {
  return area !== 'incoming' || (await uploads.find(path))?.state === 'completed';
}

type Carried = 'gone' | 'damaged' | { readonly sizeBytes: number; readonly stored: boolean };

async function carryObject(sides: ContentSides, key: ContentKey): Promise<Carried> {
  try {
    return await carryPresent(sides, key);
  } catch (error) {
    // Removed while it was being read; another pass finds the same.
    const gone = error instanceof StorageError && error.failure === 'missing';
    if (gone && (await sides.source.stat(key)) === null) return 'gone';
    throw error;
  }
}

async function carryPresent(sides: ContentSides, key: ContentKey): Promise<Carried> {
  const { source, target, journal } = sides;
  const [from, to] = await Promise.all([source.stat(key), target.stat(key)]);
  if (from === null) return 'gone';
  const { sizeBytes } = from;
  const known = journal.find(key);
  if (known?.sourceRevision === from.revision && known.targetRevision === to?.revision) {
    return { sizeBytes, stored: false };
  }
  const present = to?.sizeBytes === sizeBytes ? await bytesDigest(target, key) : null;
  const digest = present === null ? await copy(sides, key) : await bytesDigest(source, key);
  if (!isNamedBy(key, digest)) {
    if (present === null) await target.remove(key);
    return 'damaged';
  }
  if (present !== null && present !== digest) await copy(sides, key);
  const stored = present !== digest;
  const found = stored ? await bytesDigest(target, key) : digest;
  const after = await target.stat(key);
  if (found !== digest || after === null) {
    throw new StorageError('transient', `${printKey(key)} was not stored as it was sent.`);
  }
  const carried: CarriedContent = {
    digest,
    sizeBytes,
    sourceRevision: from.revision,
    targetRevision: after.revision,
  };
  journal.remember(key, carried);
  return { sizeBytes, stored };
}

/** Resolves with the digest of what the source gave. */
async function copy({ source, target }: ContentSides, key: ContentKey): Promise<string> {
  const hash = createHash('sha256');
  const bytes = Readable.from(hashed(await source.read(key), hash), { objectMode: false });
  try {
    await target.write(key, bytes);
  } finally {
    bytes.destroy();
  }
  return hash.digest('hex');
}

async function* hashed(bytes: Readable, hash: Hash): AsyncIterable<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

async function bytesDigest(store: ContentStore, key: ContentKey): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await store.read(key)) hash.update(chunk);
  return hash.digest('hex');
}

/** Published content lies under its digest; other objects may have any. */
function isNamedBy(key: ContentKey, digest: string): boolean {
  return (digestOf(key) ?? digest) === digest;
}

/** Every one is begun in order, `limit` of them at a time. The first that fails ends it, once those begun have ended. */
async function eachAtOnce<T>(
  all: AsyncIterable<T>,
  limit: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const one of all) {
    const run = work(one)
      .catch((error) => void failures.push(error))
      .finally(() => running.delete(run));
    running.add(run);
    if (running.size >= limit) await Promise.race(running);
    if (failures.length > 0) break;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}
