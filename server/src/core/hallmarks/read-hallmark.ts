import type { Caller } from '../caller.ts';
import { RegistryError } from '../errors.ts';
import { type PackageStore, readVersion, type VersionStore } from '../packages/index.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { Hallmark } from './hallmark.ts';
import type { HallmarkStore } from './ports.ts';

interface ReadingPorts {
  readonly packages: Pick<PackageStore, 'find'>;
  readonly versions: Pick<VersionStore, 'find' | 'findByLabel'>;
  readonly hallmarks: HallmarkStore;
}

/** The newest hallmark of a readable version. */
export async function readHallmark(
  ports: ReadingPorts,
  caller: Caller,
  asked: { packageId: string; label: string },
): Promise<Hallmark> {
  const { package: pkg, version } = await readVersion(ports, caller, asked.packageId, asked.label);
  const hallmark = await ports.hallmarks.latest(version.id);
  if (hallmark !== null) return hallmark;
  throw new RegistryError(
    'hallmark-pending',
    `${pkg.name} ${version.label} was published before this registry issued hallmarks; its own is being made.`,
  );
}

/** All hallmarks of a readable version, newest first. */
export async function listHallmarks(
  ports: ReadingPorts,
  caller: Caller,
  asked: PageRequest & { packageId: string; label: string },
): Promise<Page<Hallmark>> {
  const { version } = await readVersion(ports, caller, asked.packageId, asked.label);
  return ports.hallmarks.list(version.id, asked);
}
