// What maintainers say about who may see a package and who may have its content.
import type { GroupStore } from '../access/index.ts';
import { RegistryError } from '../errors.ts';
import { openAccess, type PackageAccess, visibilities } from './package.ts';

/** What is said; fields that are absent stay as they are. */
export type GivenAccess = { readonly [Field in keyof PackageAccess]?: PackageAccess[Field] | undefined };

/** In each of the two lists. */
export const mostGroups = 100;

/**
 * The access with what was given. Throws `invalid-request` for too many groups, for a group that there is not, for a visibility
 * that there is not, and when nobody is left to whom `groups` could refer: who means that says `owner`.
 */
export async function chosenAccess(
  { groups }: { groups: Pick<GroupStore, 'find'> },
  before: PackageAccess,
  given: GivenAccess,
): Promise<PackageAccess> {
  const after: PackageAccess = {
    visibility: given.visibility ?? before.visibility,
    visibleTo: given.visibleTo === undefined ? before.visibleTo : [...new Set(given.visibleTo)],
    sensitive: given.sensitive ?? before.sensitive,
    allowedGroups:
      given.allowedGroups === undefined ? before.allowedGroups : [...new Set(given.allowedGroups)],
  };
  if (!visibilities.includes(after.visibility)) {
    throw refused(
      `The visibility ${JSON.stringify(after.visibility)} is not one of ${visibilities.join(', ')}.`,
    );
  }
  if (after.visibility === 'groups' && after.visibleTo.length === 0) {
    throw refused('The visibility `groups` needs a group in `visibleTo`; `owner` is for maintainers alone.');
  }
  for (const list of ['visibleTo', 'allowedGroups'] as const) {
    if (given[list] !== undefined) await requireGroups({ groups }, list, after[list]);
  }
  return after;
}

async function requireGroups(
  { groups }: { groups: Pick<GroupStore, 'find'> },
  list: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > mostGroups) {
    throw refused(`\`${list}\` has ${ids.length} groups; at most ${mostGroups} are allowed.`);
  }
  const found = await Promise.all(ids.map((id) => groups.find(id)));
  const unknown = ids.find((_, i) => found[i] === null);
  if (unknown !== undefined) throw refused(`There is no group ${unknown}.`);
}

function refused(detail: string): RegistryError {
  return new RegistryError('invalid-request', detail);
}

const fields = Object.keys(openAccess) as (keyof PackageAccess)[];

export function isAccessGiven(given: GivenAccess): boolean {
  return fields.some((field) => given[field] !== undefined);
}

/** For the audit: each field that is another now, with what it was and is; null when none is. Lists have no order. */
export function accessChange(before: PackageAccess, after: PackageAccess): string | null {
  const changed = fields.filter((field) => told(before[field]) !== told(after[field]));
  if (changed.length === 0) return null;
  return changed.map((field) => `${field}: ${told(before[field])} → ${told(after[field])}`).join('; ');
}

function told(value: PackageAccess[keyof PackageAccess]): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(typeof value === 'boolean' ? value : value.toSorted());
}
