// Who sees a package that is out: asked about one package, and what lists and searches narrow by.
import { type Caller, isAdmin } from '../caller.ts';
import type { Package } from './package.ts';

/** For whom packages are listed and searched: this user, a member of these groups. */
export interface Audience {
  /** Null for an anonymous caller. */
  readonly userId: string | null;
  readonly groupIds: ReadonlySet<string>;
}

const noGroups: ReadonlySet<string> = new Set();

/** Undefined for administrators, to whom every package is shown. */
export function audienceOf(caller: Caller): Audience | undefined {
  if (isAdmin(caller)) return undefined;
  return { userId: caller.user?.id ?? null, groupIds: caller.user?.groupIds ?? noGroups };
}

/** Is the package shown to the audience, as far as its visibility goes? */
export function isVisibleTo(
  audience: Audience | undefined,
  pkg: Pick<Package, 'visibility' | 'visibleTo' | 'ownerId' | 'groupId'>,
): boolean {
  if (audience === undefined || pkg.visibility === 'everybody') return true;
  return pkg.ownerId === audience.userId || groupsThatSee(pkg).some((id) => audience.groupIds.has(id));
}

/** The groups whose members see a package that not everybody sees. */
export function groupsThatSee({
  visibility,
  visibleTo,
  groupId,
}: Pick<Package, 'visibility' | 'visibleTo' | 'groupId'>): readonly string[] {
  return [...(groupId === null ? [] : [groupId]), ...(visibility === 'groups' ? visibleTo : [])];
}
