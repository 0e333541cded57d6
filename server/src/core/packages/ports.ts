import type { Page, PageRequest } from '../paging.ts';
import type { Package, PackageKind, PackageState, Version } from './package.ts';
import type { LabelRange } from './version-label.ts';
import type { VersionState } from './version-states.ts';
import type { Audience } from './visibility.ts';

/** Every field narrows. */
export interface PackageFilter {
  readonly states: readonly PackageState[];
  readonly kind?: PackageKind | undefined;
  readonly ownerId?: string | undefined;
  readonly groupId?: string | undefined;
  /** Only packages that are visible to it; see visibility.ts. */
  readonly audience?: Audience | undefined;
}

export interface PackageStore {
  /** Null when there is none. Deleted ones are found. */
  find(id: string): Promise<Package | null>;
  /** By `nameKey(name)` within the kind. Deleted ones are found. */
  findByName(kind: PackageKind, name: string): Promise<Package | null>;
  /**
   * Newest first. On some engines a change shows here a moment after its commit. An engine may look at a bounded number of
   * packages that are not visible to the audience: the page is then shorter, and yet `next` goes on.
   */
  list(filter: PackageFilter, page: PageRequest): Promise<Page<Package>>;
}

export interface PackageQuery {
  /** Words; all must occur, the last one may be the beginning of a word. Empty: every package. */
  readonly words: string;
  readonly kind?: PackageKind | undefined;
  /** Only packages with a published version in the range; a yanked one does not count. */
  readonly labels?: LabelRange | undefined;
  /** Only packages that are visible to it; see visibility.ts. */
  readonly audience?: Audience | undefined;
}

export interface PackageHit {
  readonly package: Package;
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
}

export interface PackageSearch {
  /**
   * Published packages, best first, and among equally good ones the newest first: whose name is the words, who has
   * all of them in the name, in name and title, in these and the description, who has one of them in the name, who
   * has them anywhere. What a word is: search-words.ts.
   *
   * A search looks at a bounded number of packages. When that did not fill the page, `complete` is false: the page
   * may even be empty, and yet `next` goes on.
   */
  search(query: PackageQuery, page: PageRequest): Promise<Page<PackageHit> & { readonly complete: boolean }>;
}

/** What waits for reviewers. */
export interface QuarantineStatistics {
  readonly waiting: number;
  /** When the one that waits longest came into quarantine; null when none does. */
  readonly oldestSince: Date | null;
}

export interface VersionStore {
  find(id: string): Promise<Version | null>;
  /** The version of that label which is not rejected; null when there is none. */
  findByLabel(packageId: string, label: string): Promise<Version | null>;
  /** In descending order of labels. */
  list(
    packageId: string,
    filter: { states: readonly VersionState[]; labels?: LabelRange | undefined },
    page: PageRequest,
  ): Promise<Page<Version>>;
  /**
   * Of all packages, oldest first: what waits for somebody. On some engines a change shows here a moment after its
   * commit.
   */
  listByState(state: VersionState, page: PageRequest): Promise<Page<Version>>;
  /** How many versions are `quarantined`, and since when. An engine may stop counting at some thousands. */
  quarantineStatistics(): Promise<QuarantineStatistics>;
  /** Of all packages and in all states, those known to have this content, oldest first. */
  listByDigest(digest: string, page: PageRequest): Promise<Page<Version>>;
}
