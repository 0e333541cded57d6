import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { ContentReleased } from '../content/index.ts';
import { RegistryError } from '../errors.ts';
import type { EventAppended } from '../events/index.ts';
import type { JobQueued } from '../jobs/index.ts';
import {
  type Package,
  type PackageChanged,
  type PackageIndexed,
  revised,
  type Version,
  type VersionChanged,
} from './package.ts';
import type { PackageStore, VersionStore } from './ports.ts';
import { readMaintainedPackage } from './read-package.ts';
import { contentLetGo, requireReason, versionEvent } from './withdraw-version.ts';

/** Hides the package at once; a job then removes its versions. Its name stays taken, so that nobody can pose as it. */
export async function deletePackage(
  ports: {
    clock: Clock;
    randomness: Randomness;
    packages: PackageStore;
    commit: Commit<PackageChanged | PackageIndexed | JobQueued | AuditAppended>;
  },
  caller: Caller,
  packageId: string,
  given: { reason: string },
): Promise<void> {
  const pkg = await readMaintainedPackage(ports, caller, packageId);
  const reason = requireReason(given.reason);
  const now = ports.clock.now();
  await ports.commit([
    {
      change: 'package.change',
      package: revised<Package>(pkg, { state: 'deleted', latest: null, updatedAt: now }),
    },
    { change: 'package.index', packageId, document: null },
    {
      change: 'job.queue',
      job: { id: `delete-${packageId}`, kind: 'delete-package', payload: { packageId }, runAt: now },
    },
    audited(ports, caller, 'package.delete', { packageId, packageName: pkg.name }, { reason }),
  ]);
}

/**
 * Deletes the readable and quarantined versions of a deleted package one by one. Throws as long as there are others
 * that are still to be decided, so that the job comes back for them.
 */
export async function deleteVersionsOfPackage(
  ports: {
    clock: Clock;
    randomness: Randomness;
    packages: Pick<PackageStore, 'find'>;
    versions: VersionStore;
    commit: Commit<VersionChanged | ContentReleased | JobQueued | EventAppended>;
  },
  packageId: string,
): Promise<void> {
  const pkg = await ports.packages.find(packageId);
  if (pkg === null) return;
  const filter = { states: ['published', 'yanked', 'quarantined'] } as const;
  for (;;) {
    const page = await ports.versions.list(packageId, filter, { limit: 100 });
    if (page.items.length === 0) return requireAllDecided(ports, packageId);
    for (const version of page.items) {
      const deleted = revised<Version>(version, { state: 'deleted', reason: 'package deleted' });
      await ports.commit([
        { change: 'version.change', version: deleted },
        ...contentLetGo(ports, version),
        versionEvent(ports, pkg, deleted, 'version.deleted'),
      ]);
    }
  }
}

async function requireAllDecided({ versions }: { versions: VersionStore }, packageId: string): Promise<void> {
  const { items } = await versions.list(packageId, { states: ['pending', 'releasing'] }, { limit: 1 });
  if (items.length === 0) return;
  throw new RegistryError('state-conflict', `Versions of the package ${packageId} are still to be decided.`);
}
