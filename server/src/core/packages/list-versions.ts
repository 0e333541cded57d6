import type { Caller } from '../caller.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { Version } from './package.ts';
import type { PackageStore, VersionStore } from './ports.ts';
import { readPackage } from './read-package.ts';
import { parseRange } from './version-label.ts';
import { readableStates } from './version-states.ts';

/** The readable versions, highest first; those in a range without the yanked ones. */
export async function listVersions(
  ports: { packages: Pick<PackageStore, 'find'>; versions: Pick<VersionStore, 'list'> },
  caller: Caller,
  packageId: string,
  asked: PageRequest & { range?: string | undefined },
): Promise<Page<Version>> {
  const pkg = await readPackage(ports, caller, packageId);
  const filter =
    asked.range === undefined
      ? { states: readableStates }
      : { states: ['published'] as const, labels: parseRange(asked.range) };
  return ports.versions.list(pkg.id, filter, asked);
}
