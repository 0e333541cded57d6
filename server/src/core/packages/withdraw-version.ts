// Yank, take the yank back, delete: what maintainers may do to a version that is out.
import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { ContentReleased } from '../content/index.ts';
import { notFound, RegistryError } from '../errors.ts';
import { type EventAppended, type EventKind, happened } from '../events/index.ts';
import type { JobQueued } from '../jobs/index.ts';
import type { OperationName } from '../operations.ts';
import { afterWithdrawal } from './latest-version.ts';
import { type Package, type PackageChanged, revised, type Version, type VersionChanged } from './package.ts';
import type { PackageStore, VersionStore } from './ports.ts';
import { readMaintainedPackage } from './read-package.ts';
import { requireLabel } from './version-label.ts';
import { isReadable, requireTransition, type VersionState } from './version-states.ts';

type Withdrawal =
  | VersionChanged
  | PackageChanged
  | ContentReleased
  | JobQueued
  | EventAppended
  | AuditAppended;

export interface WithdrawalPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly packages: PackageStore;
  readonly versions: VersionStore;
  readonly commit: Commit<Withdrawal>;
}

/** Takes a version out of lists and ranges; whoever names it still gets it, with the reason shown. */
export function yankVersion(
  ports: WithdrawalPorts,
  caller: Caller,
  asked: { packageId: string; label: string; reason: string },
): Promise<Version> {
  return move(ports, caller, asked, { to: 'yanked', operation: 'version.yank', event: 'version.yanked' });
}

export function unyankVersion(
  ports: WithdrawalPorts,
  caller: Caller,
  asked: { packageId: string; label: string; reason: string },
): Promise<Version> {
  return move(ports, caller, asked, {
    to: 'published',
    operation: 'version.unyank',
    event: 'version.unyanked',
  });
}

/** Removes a version for good. Its content goes when no other version has the same; its label stays used. */
export function deleteVersion(
  ports: WithdrawalPorts,
  caller: Caller,
  asked: { packageId: string; label: string; reason: string },
): Promise<Version> {
  return move(ports, caller, asked, { to: 'deleted', operation: 'version.delete', event: 'version.deleted' });
}

async function move(
  ports: WithdrawalPorts,
  caller: Caller,
  asked: { packageId: string; label: string; reason: string },
  step: { to: VersionState; operation: OperationName; event: EventKind },
): Promise<Version> {
  const pkg = await readMaintainedPackage(ports, caller, asked.packageId);
  const before = await ports.versions.findByLabel(pkg.id, requireLabel(asked.label));
  if (before === null || !isReadable(before.state)) throw notFound(`version of ${pkg.name}`, asked.label);
  requireTransition(before.state, step.to, `${pkg.name} ${before.label}`);
  const after = revised<Version>(before, { state: step.to, reason: requireReason(asked.reason) });
  await ports.commit([
    { change: 'version.change', version: after },
    await afterWithdrawal(ports, pkg, after),
    ...(step.to === 'deleted' ? contentLetGo(ports, after) : []),
    versionEvent(ports, pkg, after, step.event),
    audited(
      ports,
      caller,
      step.operation,
      { packageId: pkg.id, packageName: pkg.name, versionId: after.id, versionLabel: after.label },
      { reason: after.reason },
    ),
  ]);
  return after;
}

export function requireReason(given: string): string {
  const reason = given.trim();
  if (reason.length >= 3 && reason.length <= 1_000) return reason;
  throw new RegistryError(
    'invalid-request',
    `The reason has ${reason.length} characters; it must have 3 to 1,000, for those who read it later.`,
  );
}

/**
 * The version lets go of its bytes, wherever they are, and a job removes them: quarantined ones always, published
 * ones when nobody else holds them.
 */
export function contentLetGo(
  { clock, randomness }: { clock: Clock; randomness: Randomness },
  version: Version,
): (ContentReleased | JobQueued)[] {
  const { id: versionId, digest } = version;
  return [
    ...(digest === null ? [] : [{ change: 'content.release', digest, versionId } as const]),
    {
      change: 'job.queue',
      job: {
        id: `remove-${randomness.id()}`,
        kind: 'remove-content',
        payload: digest === null ? { versionId } : { versionId, digest },
        runAt: clock.now(),
      },
    },
  ];
}

/** To the package's owner. */
export function versionEvent(
  ports: { clock: Clock; randomness: Randomness },
  pkg: Package,
  version: Version,
  kind: EventKind,
): EventAppended {
  return happened(ports, kind, {
    userId: pkg.ownerId,
    uploadId: version.uploadId,
    packageId: pkg.id,
    versionId: version.id,
    data: { package: pkg.name, version: version.label, reason: version.reason },
  });
}
