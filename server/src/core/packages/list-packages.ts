import { type Caller, isAdmin } from '../caller.ts';
import { RegistryError } from '../errors.ts';
import type { Page, PageRequest } from '../paging.ts';
import { type Package, type PackageKind, packageKinds } from './package.ts';
import type { PackageFilter, PackageStore } from './ports.ts';
import { maySee } from './read-package.ts';
import { audienceOf } from './visibility.ts';

/**
 * Packages in one state, as far as the caller may see them: pages may be shorter than asked for. `hidden` ones are listed to those who maintain them: one's own, those of one's group when
 * the list is narrowed to it, all to administrators.
 */
export async function listPackages(
  { packages }: { packages: Pick<PackageStore, 'list' | 'findByName'> },
  caller: Caller,
  asked: {
    /** The one package of this name, of each kind; then the other fields but `kind` are not looked at. */
    name?: string | undefined;
    state?: 'hidden' | 'published' | 'yanked' | undefined;
    kind?: PackageKind | undefined;
    ownerId?: string | undefined;
    groupId?: string | undefined;
  },
  page: PageRequest,
): Promise<Page<Package>> {
  const { state, name, ...narrowing } = asked;
  if (name !== undefined) return { items: await named({ packages }, caller, name, asked.kind), next: null };
  const filter: PackageFilter =
    state === 'hidden'
      ? { ...narrowing, ...hiddenOnesOf(caller, asked), states: ['hidden'] }
      : { ...narrowing, states: state ? [state] : ['published', 'yanked'], audience: audienceOf(caller) };
  const { items, next } = await packages.list(filter, page);
  return { items: items.filter((pkg) => maySee(caller, pkg)), next };
}

async function named(
  { packages }: { packages: Pick<PackageStore, 'findByName'> },
  caller: Caller,
  name: string,
  kind: PackageKind | undefined,
): Promise<Package[]> {
  const kinds = kind === undefined ? packageKinds : [kind];
  const found = await Promise.all(kinds.map((one) => packages.findByName(one, name)));
  return found.filter((pkg) => pkg !== null).filter((pkg) => maySee(caller, pkg));
}

function hiddenOnesOf(caller: Caller, asked: { ownerId?: string | undefined; groupId?: string | undefined }) {
  if (isAdmin(caller)) return {};
  if (asked.groupId !== undefined && caller.user?.groupIds.has(asked.groupId)) return {};
  if (asked.ownerId !== undefined && asked.ownerId !== caller.user?.id) {
    throw new RegistryError(
      'permission-denied',
      'Hidden packages of others are listed to administrators only.',
    );
  }
  return { ownerId: caller.user?.id };
}
