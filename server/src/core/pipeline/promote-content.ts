import type { PackageFile } from '../checks/index.ts';
import type { Commit } from '../commit.ts';
import { type ContentHeld, type ContentKey, type ContentStore, packageKey } from '../content/index.ts';
import { revised, type Version, type VersionChanged } from '../packages/index.ts';
import type { VersionFileStore } from './ports.ts';

export interface PublishPorts {
  readonly content: Pick<ContentStore, 'copy'>;
  readonly files: Pick<VersionFileStore, 'put'>;
  readonly commit: Commit<ContentHeld | VersionChanged>;
}

/** The bytes that an examination has looked at: others under the same key are not meant. */
export interface Examined {
  readonly key: ContentKey;
  readonly revision: string;
}

/**
 * Brings the content to where published content lies, by its digest. The version holds it first, so that a removal
 * of the same bytes, just let go by another version, cannot slip in between. It knows the digest from then on: even
 * if it is never published, it lets go of what it holds.
 */
export async function promoteContent(
  ports: PublishPorts,
  version: Version,
  from: Examined,
  found: { digest: string; files: readonly PackageFile[] },
): Promise<Version> {
  const { digest } = found;
  const holding = revised<Version>(version, { digest });
  await ports.commit([
    { change: 'content.hold', digest, versionId: version.id },
    { change: 'version.change', version: holding },
  ]);
  await ports.content.copy(from.key, packageKey(digest), from.revision);
  await ports.files.put(version.id, found.files);
  return holding;
}
