import { isReadable, type PackageStore, type VersionStore } from '../packages/index.ts';

/** May the content of this version be read right now? Asked for every request to an address that was given out. */
export async function isServed(
  ports: { packages: Pick<PackageStore, 'find'>; versions: Pick<VersionStore, 'find'> },
  versionId: string,
): Promise<boolean> {
  const version = await ports.versions.find(versionId);
  if (version === null || !isReadable(version.state)) return false;
  const pkg = await ports.packages.find(version.packageId);
  return pkg !== null && pkg.state !== 'deleted';
}
