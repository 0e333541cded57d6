import type { GroupStore } from '../access/index.ts';
import { type AuditAppended, audited } from '../audit/index.ts';
import { type Caller, isAdmin } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { RegistryError } from '../errors.ts';
import { type Package, type PackageChanged, type PackageIndexed, revised } from './package.ts';
import { accessChange, chosenAccess, type GivenAccess } from './package-access.ts';
import type { PackageStore } from './ports.ts';
import { readMaintainedPackage } from './read-package.ts';

const maximumLength = { title: 200, description: 10_000 } as const;

/** Changes what people read about a package, who maintains, who sees and who may have it. Absent fields stay. */
export async function changePackage(
  ports: {
    clock: Clock;
    randomness: Randomness;
    packages: PackageStore;
    groups: Pick<GroupStore, 'find'>;
    commit: Commit<PackageChanged | PackageIndexed | AuditAppended>;
  },
  caller: Caller,
  packageId: string,
  given: GivenAccess & { title?: string; description?: string; groupId?: string | null },
): Promise<Package> {
  const before = await readMaintainedPackage(ports, caller, packageId);
  requireLengths(given);
  if (given.groupId != null && !isAdmin(caller) && !caller.user?.groupIds.has(given.groupId)) {
    throw new RegistryError('invalid-request', `You are not a member of the group ${given.groupId}.`);
  }
  if (given.groupId != null && (await ports.groups.find(given.groupId)) === null) {
    throw new RegistryError('invalid-request', `There is no group ${given.groupId}.`);
  }
  const access = await chosenAccess(ports, before, given);
  const after = revised<Package>(before, { ...given, ...access, updatedAt: ports.clock.now() });
  const { name, title, description } = after;
  const subject = { packageId, packageName: name };
  await ports.commit([
    { change: 'package.change', package: after },
    // A yanked package is not found, but may be offered again, and then by these texts.
    ...(after.state === 'published' || after.state === 'yanked'
      ? [{ change: 'package.index', packageId, document: { name, title, description } } as const]
      : []),
    audited(ports, caller, 'package.change', subject, { reason: accessChange(before, after) }),
  ]);
  return after;
}

function requireLengths(given: { title?: string; description?: string }): void {
  for (const field of ['title', 'description'] as const) {
    const length = given[field]?.length ?? 0;
    if (length > maximumLength[field]) {
      throw new RegistryError(
        'invalid-request',
        `The ${field} has ${length} characters; at most ${maximumLength[field]} are allowed.`,
      );
    }
  }
}
