// A package and its versions. The states a version goes through are drawn in version-states.ts.
import type { VersionState } from './version-states.ts';

export const packageKinds = ['model', 'dataset', 'code'] as const;
export type PackageKind = (typeof packageKinds)[number];

export interface Package {
  readonly id: string;
  readonly kind: PackageKind;
  /** Unique within its kind, compared without regard to case and to `-`, `_` and `.`; see package-name.ts. */
  readonly name: string;
  /** How people call it; any text, need not be unique. */
  readonly title: string;
  readonly description: string;
  readonly ownerId: string;
  readonly ownerName: string;
  /** Members of this group maintain it too. */
  readonly groupId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The highest published version by precedence; null until there is one. Without one it is not visible. */
  readonly latest: { readonly versionId: string; readonly label: string } | null;
  /** Raised by every change; a change made on an older one is refused. */
  readonly revision: number;
}

export interface Version {
  readonly id: string;
  readonly packageId: string;
  /** As given, a leading `v` dropped. */
  readonly label: string;
  readonly state: VersionState;
  readonly uploadId: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Null until the content was hashed. */
  readonly digest: string | null;
  /** What the client said the digest is; must then be true. */
  readonly declaredDigest: string | null;
  readonly uploadedBy: { readonly userId: string; readonly userName: string };
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
  readonly publishedAt: Date | null;
  /** Why it is quarantined, rejected, released, yanked: shown with the state. */
  readonly reason: string | null;
  readonly license: string;
  readonly summary: string;
  /** Raised by every change; a change made on an older one is refused. */
  readonly revision: number;
}
