import { RegistryError } from '../../core/errors.ts';
import {
  isVisibleTo,
  nameKey,
  type Package,
  type PackageChanged,
  type PackageFilter,
  type PackageInserted,
  type PackageKind,
  type PackageStore,
} from '../../core/packages/index.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';
import { memoryPage } from './paging.ts';
import { put, putRevised } from './revisions.ts';

export class MemoryPackageStore implements PackageStore {
  readonly #packages = new Map<string, Package>();
  readonly kept = mapRecords(this.#packages, ({ id }) => id);

  readonly appliers: MemoryAppliers<PackageInserted | PackageChanged> = {
    'package.insert': (change) => {
      const { kind, name } = change.package;
      if (this.#named(kind, name) !== undefined) {
        throw new RegistryError('name-taken', `The ${kind} name ${JSON.stringify(name)} is taken.`);
      }
      return put(this.#packages, change.package);
    },
    'package.change': (change) =>
      putRevised(this.#packages, change.package, `The package ${change.package.name}`),
  };

  #named(kind: PackageKind, name: string): Package | undefined {
    const key = nameKey(name);
    return [...this.#packages.values()].find((pkg) => pkg.kind === kind && nameKey(pkg.name) === key);
  }

  async find(id: string): Promise<Package | null> {
    return this.#packages.get(id) ?? null;
  }

  async findByName(kind: PackageKind, name: string): Promise<Package | null> {
    return this.#named(kind, name) ?? null;
  }

  async list(filter: PackageFilter, page: PageRequest): Promise<Page<Package>> {
    const matching = [...this.#packages.values()].filter(
      (pkg) =>
        filter.states.includes(pkg.state) &&
        (filter.kind === undefined || pkg.kind === filter.kind) &&
        (filter.ownerId === undefined || pkg.ownerId === filter.ownerId) &&
        (filter.groupId === undefined || pkg.groupId === filter.groupId) &&
        isVisibleTo(filter.audience, pkg),
    );
    return memoryPage(matching, (pkg) => [pkg.id], page, 'descending');
  }
}
