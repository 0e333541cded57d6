import { type ContentHolds, type ContentStore, packageKey, quarantineKey } from '../content/index.ts';
import type { VersionFileStore } from './ports.ts';

/**
 * The job behind every version that lets go of its content: removes what is only its own, and the published bytes
 * when nobody holds them any more. Each half is done only when it is named.
 *
 * What is removed is the object that was there before the removal was granted. Should this process stall in between
 * until another one has done the job and the content was promoted again, the new object has another revision and stays.
 */
export async function removeContent(
  ports: {
    content: Pick<ContentStore, 'stat' | 'remove'>;
    holds: ContentHolds;
    files: Pick<VersionFileStore, 'remove'>;
  },
  letGo: { versionId: string | null; digest: string | null },
): Promise<void> {
  if (letGo.versionId !== null) {
    await ports.files.remove(letGo.versionId);
    await ports.content.remove(quarantineKey(letGo.versionId));
  }
  if (letGo.digest !== null) {
    const key = packageKey(letGo.digest);
    const found = await ports.content.stat(key);
    if (!(await ports.holds.claimRemoval(letGo.digest))) return;
    if (found !== null) await ports.content.remove(key, found.revision);
    await ports.holds.forgetRemoval(letGo.digest);
  }
}
