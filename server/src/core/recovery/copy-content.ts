// One pass over the content of a registry, which brings what is new to the objects of the backups. Every object is hashed
// while it is copied.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type ContentKey, type ContentStore, digestOf, packageKey, printKey } from '../content/index.ts';
import { isMissing } from '../errors.ts';
import { carriedAreas, comesAlong, eachAtOnce } from '../transfer/index.ts';
import type { UploadStore } from '../uploads/index.ts';
import type { BackedUpObject, ContentList } from './ports.ts';

export interface CopySides {
  readonly source: ContentStore;
  readonly uploads: Pick<UploadStore, 'find'>;
  readonly objects: ContentStore;
  readonly list: ContentList;
  /** Of the backup before, whose objects need not be read again; null where there is none. */
  readonly before: Pick<ContentList, 'find'> | null;
  readonly parallel: number;
}

export interface Copied {
  readonly copied: number;
  readonly copiedBytes: number;
  /** Whose bytes are not what their name says. */
  readonly damaged: readonly string[];
}

export async function copyContent(sides: CopySides): Promise<Copied> {
  const done = { copied: 0, copiedBytes: 0, damaged: [] as string[] };
  for (const area of carriedAreas) {
    await eachAtOnce(sides.source.list(area), sides.parallel, ({ path }) =>
      copyObject(sides, { area, path }, done),
    );
  }
  return done;
}

async function copyObject(
  sides: CopySides,
  key: ContentKey,
  done: { copied: number; copiedBytes: number; damaged: string[] },
): Promise<void> {
  const { source, list, before } = sides;
  const named = digestOf(key);
  // Published content never changes: what was copied once is as it was.
  if (named !== null && list.find(key) !== null) return;
  if (!(await comesAlong(sides, key))) return;
  const stat = await source.stat(key);
  if (stat === null) return;
  const { revision } = stat;
  if (list.find(key)?.revision === revision) return;
  const known = before?.find(key);
  const digest = named ?? (known?.revision === revision ? known.digest : null);
  const there = digest === null ? null : await sides.objects.stat(packageKey(digest));
  if (digest !== null && there?.sizeBytes === stat.sizeBytes) {
    list.put({ ...key, digest, sizeBytes: stat.sizeBytes, revision });
    return;
  }
  const stored = await store(sides, key, named);
  if (stored === 'damaged') done.damaged.push(printKey(key));
  if (stored === 'damaged' || stored === 'gone') return;
  list.put({ ...key, ...stored, revision });
  done.copied += 1;
  done.copiedBytes += stored.sizeBytes;
}

async function store(
  { source, objects }: CopySides,
  key: ContentKey,
  named: string | null,
): Promise<Pick<BackedUpObject, 'digest' | 'sizeBytes'> | 'damaged' | 'gone'> {
  // The same for every backup: what one that was killed has left is written over.
  const place: ContentKey = { area: 'incoming', path: `${key.area}-${key.path.split('/').at(-1)}` };
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    const bytes = await source.read(key);
    const hashed = Readable.from(
      (async function* () {
        for await (const chunk of bytes) {
          hash.update(chunk);
          sizeBytes += chunk.length;
          yield chunk;
        }
      })(),
      { objectMode: false },
    );
    await objects.write(place, hashed);
    const digest = hash.digest('hex');
    if (named !== null && named !== digest) return 'damaged';
    const kept = packageKey(digest);
    if ((await objects.stat(kept))?.sizeBytes !== sizeBytes) await objects.remove(kept);
    await objects.copy(place, kept);
    return { digest, sizeBytes };
  } catch (error) {
    // It was removed, or moved, before it could be read.
    if (isMissing(error) && (await source.stat(key)) === null) return 'gone';
    throw error;
  } finally {
    await objects.remove(place);
  }
}
