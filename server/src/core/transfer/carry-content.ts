// One pass over the content, which makes the target's the same as the source's. Every object is hashed while it is read
// at the source and again as it lies at the target; what the journal knows to be the same, and nobody has touched on
// either side since, is not read again.
import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type ContentKey, type ContentStore, digestOf, printKey } from '../content/index.ts';
import { isMissing, StorageError } from '../errors.ts';
import type { UploadStore } from '../uploads/index.ts';
import { carriedAreas, comesAlong, eachAtOnce } from './own-content.ts';
import type { TransferJournal } from './ports.ts';

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
  /** The digest that the source knows the object by; null or absent: nothing is known but what its name says. */
  readonly knownDigest?: (key: ContentKey) => string | null;
}

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

type Carried = 'gone' | 'damaged' | { readonly sizeBytes: number; readonly stored: boolean };

async function carryObject(sides: ContentSides, key: ContentKey): Promise<Carried> {
  try {
    return await carryPresent(sides, key);
  } catch (error) {
    // Removed while it was being read; another pass finds the same.
    const gone = isMissing(error);
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
  const present = to?.sizeBytes === sizeBytes ? await digestIn(target, key) : null;
  const wanted = present === null ? await store(sides, key) : await digestIn(source, key);
  if (wanted === null || !isExpected(sides, key, wanted)) return 'damaged';
  if (present !== null && present !== wanted) await store(sides, key);
  const after = await target.stat(key);
  if (after === null) throw notAsSent(key);
  journal.remember(key, {
    digest: wanted,
    sizeBytes,
    sourceRevision: from.revision,
    targetRevision: after.revision,
  });
  return { sizeBytes, stored: present !== wanted };
}

/**
 * Stores the object at the target, and reads it again there. Resolves with its digest, or with null and nothing stored
 * when it is not what its name says. What lies under its digest comes there as it does when it is published, from
 * another place: some stores read it only then.
 */
async function store(sides: ContentSides, key: ContentKey): Promise<string | null> {
  const { source, target } = sides;
  const isPackage = digestOf(key) !== null;
  const place: ContentKey = isPackage
    ? { area: 'incoming', path: `transfer-${key.path.split('/').at(-1)}` }
    : key;
  const bytes = await unlessLost(() => source.read(key));
  if (bytes === null) return null;
  try {
    const { digest, revision } = await send(bytes, target, place);
    if (!isExpected(sides, key, digest)) {
      if (!isPackage) await target.remove(key);
      return null;
    }
    if ((await digestIn(target, place)) !== digest) throw notAsSent(key);
    if (isPackage) {
      await target.remove(key);
      await target.copy(place, key, revision);
    }
    return digest;
  } finally {
    if (isPackage) await target.remove(place);
  }
}

async function send(bytes: Readable, target: ContentStore, key: ContentKey) {
  const hash = createHash('sha256');
  const hashed = Readable.from(hashing(bytes, hash), { objectMode: false });
  try {
    const { revision } = await target.write(key, hashed);
    return { digest: hash.digest('hex'), revision };
  } finally {
    hashed.destroy();
  }
}

async function* hashing(bytes: Readable, hash: Hash): AsyncIterable<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

function notAsSent(key: ContentKey): StorageError {
  return new StorageError('transient', `${printKey(key)} was not stored as it was sent.`);
}

/** Null when the store has found out by itself that the bytes are not what they should be. */
function digestIn(store: ContentStore, key: ContentKey): Promise<string | null> {
  return unlessLost(async () => {
    const hash = createHash('sha256');
    for await (const chunk of await store.read(key)) hash.update(chunk);
    return hash.digest('hex');
  });
}

/** Null when the store knows that there is no more to be had of what it should have. */
async function unlessLost<T>(reading: () => Promise<T>): Promise<T | null> {
  try {
    return await reading();
  } catch (error) {
    if (error instanceof StorageError && error.failure === 'permanent') return null;
    throw error;
  }
}

/** Published content lies under its digest; other objects may have any, unless the source knows better. */
function isExpected({ knownDigest }: ContentSides, key: ContentKey, digest: string): boolean {
  return (digestOf(key) ?? knownDigest?.(key) ?? digest) === digest;
}
