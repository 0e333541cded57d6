// A package and its versions. The states a version goes through are drawn in version-states.ts.
import { type Caller, isAdmin } from '../caller.ts';
import type { VersionState } from './version-states.ts';

export const packageKinds = ['model', 'dataset', 'code'] as const;
export type PackageKind = (typeof packageKinds)[number];

/**
 * `hidden`: nothing was published yet, only maintainers see it; `published`: it has a version to offer;
 * `yanked`: all of its readable versions are yanked; `deleted`: nobody sees it, its name stays taken.
 */
export const packageStates = ['hidden', 'published', 'yanked', 'deleted'] as const;
export type PackageState = (typeof packageStates)[number];

/**
 * `everybody` who may use the registry; `groups`: members of `visibleTo`; `owner`: nobody else. Those who maintain a
 * package, and administrators, see it in any case.
 */
export const visibilities = ['everybody', 'groups', 'owner'] as const;
export type Visibility = (typeof visibilities)[number];

/** Who may know of a package, and who may have its content. */
export interface PackageAccess {
  readonly visibility: Visibility;
  /** Ids of groups; without effect unless `visibility` is `groups`. */
  readonly visibleTo: readonly string[];
  /** Content is for those who maintain the package and for members of `allowedGroups` only. */
  readonly sensitive: boolean;
  /** Ids of groups; without effect unless the package is `sensitive`. */
  readonly allowedGroups: readonly string[];
}

/** Of a package whose owner has said nothing. */
export const openAccess: PackageAccess = {
  visibility: 'everybody',
  visibleTo: [],
  sensitive: false,
  allowedGroups: [],
};

export interface Package extends PackageAccess {
  readonly id: string;
  readonly kind: PackageKind;
  /** Unique within its kind by its `nameKey`, see package-name.ts. */
  readonly name: string;
  /** How people call it; any text, need not be unique. */
  readonly title: string;
  readonly description: string;
  readonly ownerId: string;
  readonly ownerName: string;
  /** Members of this group maintain it too. */
  readonly groupId: string | null;
  readonly state: PackageState;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The published version that comes last in order of labels; null when there is none. */
  readonly latest: { readonly versionId: string; readonly label: string } | null;
  /** Counts changes; a change made on an older revision is refused. */
  readonly revision: number;
}

export interface Version {
  readonly id: string;
  readonly packageId: string;
  /** Unique within the package among versions that are not `rejected`. */
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
  /** When the checks were through. */
  readonly decidedAt: Date | null;
  readonly publishedAt: Date | null;
  /** Null when it does not wait for reviewers, and is not being released either. */
  readonly review: Review | null;
  /** Why it is quarantined, rejected, released or yanked; shown with the state. */
  readonly reason: string | null;
  /** From the manifest; empty when unknown. */
  readonly license: string;
  readonly summary: string;
  /** Counts changes; a change made on an older revision is refused. */
  readonly revision: number;
}

/** A version's case before the reviewers. */
export interface Review {
  /** When it came into quarantine; a release that cannot be done does not make it younger. */
  readonly since: Date;
  /** Of the first of two reviewers, where it takes two to release. */
  readonly approval: {
    readonly userId: string;
    readonly userName: string;
    readonly at: Date;
    readonly reason: string;
  } | null;
}

/** Adds a package. Violated (`name-taken`) when one of its kind has the same name key. */
export interface PackageInserted {
  readonly change: 'package.insert';
  readonly package: Package;
}

/** Replaces the package of that id. Violated (`state-conflict`) unless the stored revision is one less. */
export interface PackageChanged {
  readonly change: 'package.change';
  readonly package: Package;
}

/** Adds a version. Violated (`version-exists`) when the package has one with that label that is not rejected. */
export interface VersionInserted {
  readonly change: 'version.insert';
  readonly version: Version;
}

/** Replaces the version of that id. Violated (`state-conflict`) unless the stored revision is one less. */
export interface VersionChanged {
  readonly change: 'version.change';
  readonly version: Version;
}

/** Makes the package findable by these texts, or by none when `document` is null. Never violated. */
export interface PackageIndexed {
  readonly change: 'package.index';
  readonly packageId: string;
  readonly document: SearchDocument | null;
}

export interface SearchDocument {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Absent: what was indexed before stays. */
  readonly readme?: string;
}

/** Owner, member of the owning group, administrator. */
export function maintains(caller: Caller, pkg: Pick<Package, 'ownerId' | 'groupId'>): boolean {
  if (caller.user === null) return false;
  const inGroup = pkg.groupId !== null && caller.user.groupIds.has(pkg.groupId);
  return isAdmin(caller) || caller.user.id === pkg.ownerId || inGroup;
}

/** The next revision, with some fields changed. */
export function revised<T extends Package | Version>(
  before: T,
  fields: Partial<Omit<T, 'id' | 'revision'>>,
): T {
  return { ...before, ...fields, revision: before.revision + 1 };
}
