import type { PackageFile } from '../checks/index.ts';
import type { Commit } from '../commit.ts';
import { type ContentHeld, type ContentKey, type ContentStore, packageKey } from '../content/index.ts';
import type { Version } from '../packages/index.ts';
import type { VersionFileStore } from './ports.ts';

export interface PublishPorts {
  readonly content: Pick<ContentStore, 'copy'>;
  readonly files: Pick<VersionFileStore, 'put'>;
  readonly commit: Commit<ContentHeld>;
}

/**
 * Brings the content to where published content lies, by its digest. The version holds it first, so that a removal
 * of the same bytes, just let go by another version, cannot slip in between.
 */
export async function promoteContent(
  ports: PublishPorts,
  version: Version,
  from: ContentKey,
  found: { digest: string; files: readonly PackageFile[] },
): Promise<void> {
  await ports.commit([{ change: 'content.hold', digest: found.digest, versionId: version.id }]);
  await ports.content.copy(from, packageKey(found.digest));
  await ports.files.put(version.id, found.files);
}
