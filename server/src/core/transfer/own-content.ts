// What of the content is a registry's own and goes where it goes, to other engines or into a backup, and how all of it is gone
// through.
import type { Area, ContentKey } from '../content/index.ts';
import type { UploadStore } from '../uploads/index.ts';

/** `logs` and `backups` are not the registry's own, and stay. */
export const carriedAreas: readonly Area[] = [
  'packages',
  'quarantine',
  'processed',
  'validators',
  'incoming',
];

/** What has arrived for an upload that is not completed does not: its other parts would be lost anyway. */
export async function comesAlong(
  { uploads }: { readonly uploads: Pick<UploadStore, 'find'> },
  { area, path }: ContentKey,
): Promise<boolean> {
  return area !== 'incoming' || (await uploads.find(path))?.state === 'completed';
}

/** Every one is begun in order, `limit` of them at a time. The first that fails ends it, once those begun have ended. */
export async function eachAtOnce<T>(
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
