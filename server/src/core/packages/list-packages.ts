import { type Caller, isAdmin } from '../caller.ts';
import { RegistryError } from '../errors.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { Package, PackageKind } from './package.ts';
import type { PackageStore } from './ports.ts';

/**
 * Packages in one state. `hidden` ones are listed to those who maintain them: one's own, those of one's group when
 * the list is narrowed to it, all to administrators.
 */
export async function listPackages(
  { packages }: { packages: Pick<PackageStore, 'list'> },
  caller: Caller,
  asked: {
    state?: 'hidden' | 'published' | 'yanked' | undefined;
    kind?: PackageKind | undefined;
    ownerId?: string | undefined;
    groupId?: string | undefined;
  },
  page: PageRequest,
): Promise<Page<Package>> {
  const { state, ...narrowing } = asked;
  if (state !== 'hidden') {
    return packages.list({ ...narrowing, states: state ? [state] : ['published', 'yanked'] }, page);
  }
  return packages.list({ ...narrowing, ...hiddenOnesOf(caller, asked), states: ['hidden'] }, page);
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
