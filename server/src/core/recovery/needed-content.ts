// Which object each version needs to be what its record says.
import { type ContentKey, incomingKey, packageKey, printKey, quarantineKey } from '../content/index.ts';
import { isReadable, type Version, type VersionStore } from '../packages/index.ts';
import type { RecordTransfer } from '../transfer/index.ts';
import type { ContentList } from './ports.ts';

/** Where the content of the version lies, the usual place first; none when it has no content any more. */
export function placesOf({ id, state, digest, uploadId }: Version): readonly ContentKey[] {
  const published = digest === null ? [] : [packageKey(digest)];
  if (isReadable(state)) return published;
  if (state === 'quarantined' || state === 'releasing') return [quarantineKey(id), ...published];
  // Between a check and its decision it is there already.
  return state === 'pending' ? [incomingKey(uploadId)] : [];
}

/** Versions whose content is not on the list. */
export async function* versionsWithout(
  transfer: Pick<RecordTransfer, 'version'>,
  list: Pick<ContentList, 'find'>,
): AsyncIterable<Version> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<RecordTransfer['version']['read']>> = await transfer.version.read(
      after,
      200,
    );
    for (const version of page.records) {
      const places = placesOf(version);
      if (places.length > 0 && places.every((key) => list.find(key) === null)) yield version;
    }
    after = page.next;
  } while (after !== null);
}

/**
 * Puts on the list what versions need and what was found under another key only, because it was moved while the backup
 * was taken. Resolves with the keys for which there is nothing.
 */
export async function completeList(
  transfer: Pick<RecordTransfer, 'version'>,
  list: ContentList,
  versions: Pick<VersionStore, 'find'>,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for await (const version of versionsWithout(transfer, list)) {
    const [wanted] = placesOf(version);
    if (wanted === undefined) continue;
    const found = foundElsewhere(list, version, await versions.find(version.id));
    if (found === null) missing.push(printKey(wanted));
    else list.put({ ...wanted, ...found, revision: null });
  }
  return missing;
}

function foundElsewhere(list: ContentList, before: Version, now: Version | null) {
  const moved = [incomingKey(before.uploadId), quarantineKey(before.id)].map((key) => list.find(key)?.digest);
  for (const digest of [before.digest, now?.digest, ...moved]) {
    const sizeBytes = digest == null ? null : list.sizeOf(digest);
    if (digest != null && sizeBytes !== null) return { digest, sizeBytes };
  }
  return null;
}
