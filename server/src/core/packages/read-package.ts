import { type Caller, hasPermission, reachesPackage } from '../caller.ts';
import { notFound, RegistryError } from '../errors.ts';
import { maintains, type Package, type Version } from './package.ts';
import type { PackageStore, VersionStore } from './ports.ts';
import { requireLabel } from './version-label.ts';
import { isReadable } from './version-states.ts';
import { audienceOf, isVisibleTo } from './visibility.ts';

declare module '../caller.ts' {
  interface Caller {
    /** Do policies of administrators keep the caller from knowing of the package? Absent where none of them may. */
    readonly hides?: (pkg: Package) => boolean;
  }
}

/** The package, if this caller may know of it; otherwise exactly the answer of one that does not exist. */
export async function readPackage(
  { packages }: { packages: Pick<PackageStore, 'find'> },
  caller: Caller,
  packageId: string,
): Promise<Package> {
  const pkg = await packages.find(packageId);
  if (pkg === null || !maySee(caller, pkg)) throw notFound('package', packageId);
  return pkg;
}

/** The same, for operations that change it. Whoever may read it but does not maintain it is told so. */
export async function readMaintainedPackage(
  ports: { packages: Pick<PackageStore, 'find'> },
  caller: Caller,
  packageId: string,
): Promise<Package> {
  const pkg = await readPackage(ports, caller, packageId);
  if (!maintains(caller, pkg)) {
    // Without a permission to read anything, nobody must learn here what there is.
    if (!hasPermission(caller, 'search') && !hasPermission(caller, 'download')) {
      throw notFound('package', packageId);
    }
    throw new RegistryError('permission-denied', `Only its maintainers may change the package ${pkg.name}.`);
  }
  return pkg;
}

/** The same, for what is nobody's business but theirs who maintain it: to others there is no such package. */
export async function readOwnPackage(
  ports: { packages: Pick<PackageStore, 'find'> },
  caller: Caller,
  packageId: string,
): Promise<Package> {
  const pkg = await readPackage(ports, caller, packageId);
  if (!maintains(caller, pkg)) throw notFound('package', packageId);
  return pkg;
}

/**
 * Deleted packages are gone for everybody, hidden ones are for their maintainers, others as their visibility says;
 * policies of administrators hide more. The rules before those are the built-in policies' too, where they are decided by
 * as long as there are no others: it is done for every package of every list.
 */
export function maySee(caller: Caller, pkg: Package): boolean {
  if (pkg.state === 'deleted' || !reachesPackage(caller, pkg.name)) return false;
  const seen = pkg.state === 'hidden' ? maintains(caller, pkg) : isVisibleTo(audienceOf(caller), pkg);
  return seen && !(caller.hides?.(pkg) ?? false);
}

/** A package and the version of it that is meant: the one with the label, or the latest published one. */
export interface Meant {
  readonly package: Package;
  readonly version: Version;
}

/**
 * The readable version with this label; without a label the latest. Versions that are not readable (yet, or any
 * more) do not exist here, for anybody: what becomes of an upload is told at the upload, quarantine to reviewers.
 */
export async function readVersion(
  ports: { packages: Pick<PackageStore, 'find'>; versions: Pick<VersionStore, 'find' | 'findByLabel'> },
  caller: Caller,
  packageId: string,
  label?: string,
): Promise<Meant> {
  const pkg = await readPackage(ports, caller, packageId);
  const version = await meantVersion(ports, pkg, label);
  if (version === null || !isReadable(version.state)) {
    throw notFound(`version of ${pkg.name}`, label ?? 'latest');
  }
  return { package: pkg, version };
}

async function meantVersion(
  { versions }: { versions: Pick<VersionStore, 'find' | 'findByLabel'> },
  pkg: Package,
  label: string | undefined,
): Promise<Version | null> {
  if (label !== undefined) return await versions.findByLabel(pkg.id, requireLabel(label));
  return pkg.latest && (await versions.findByLabel(pkg.id, pkg.latest.label));
}
