import { type ContentHolds, type ContentStore, packageKey, quarantineKey } from '../content/index.ts';
import type { VersionFileStore } from './ports.ts';

/**
 * The job behind every version that lets go of its content: removes what is only its own, and the published bytes
 * when nobody holds them any more. Each half is done only when it is named.
 */
export async function removeContent(
  ports: {
    content: Pick<ContentStore, 'remove'>;
    holds: ContentHolds;
    files: Pick<VersionFileStore, 'remove'>;
  },
  letGo: { versionId: string | null; digest: string | null },
): Promise<void> {
  if (letGo.versionId !== null) {
    await ports.files.remove(letGo.versionId);
    await ports.content.remove(quarantineKey(letGo.versionId));
  }
  if (letGo.digest !== null && (await ports.holds.claimRemoval(letGo.digest))) {
    await ports.content.remove(packageKey(letGo.digest));
    await ports.holds.forgetRemoval(letGo.digest);
  }
}
