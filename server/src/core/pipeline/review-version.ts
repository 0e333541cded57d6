// Quarantine: what reviewers see and decide. A release is promoted by a job, since content may be large.
import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { PackageFile } from '../checks/index.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import type { ContentReleased } from '../content/index.ts';
import { notFound, RegistryError } from '../errors.ts';
import { type EventAppended, happened } from '../events/index.ts';
import type { JobQueued } from '../jobs/index.ts';
import {
  contentLetGo,
  type Package,
  type PackageStore,
  requireReason,
  requireTransition,
  revised,
  type Version,
  type VersionChanged,
  type VersionStore,
} from '../packages/index.ts';
import type { ReportStore, VersionFileStore } from './ports.ts';
import type { Report } from './report.ts';

export interface ReviewCase {
  readonly package: Package;
  readonly version: Version;
  readonly report: Report | null;
}

export interface ReviewSettings {
  /** Two reviewers release a version, neither of them its uploader: one approves, another one confirms. */
  readonly secondPerson: boolean;
}

interface ReviewPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly packages: Pick<PackageStore, 'find'>;
  readonly versions: Pick<VersionStore, 'find'>;
  readonly reports: ReportStore;
}

/** A version that is or was in quarantine, with all that was found. */
export async function readCase(
  ports: Pick<ReviewPorts, 'packages' | 'versions' | 'reports'>,
  versionId: string,
): Promise<ReviewCase> {
  const version = await ports.versions.find(versionId);
  const pkg = version && (await ports.packages.find(version.packageId));
  if (version === null || pkg === null || !reviewable.has(version.state)) {
    throw notFound('quarantined version', versionId);
  }
  return { package: pkg, version, report: await ports.reports.find(versionId) };
}

const reviewable: ReadonlySet<string> = new Set(['quarantined', 'releasing', 'rejected']);

/** One file inside a version in quarantine, for a reviewer to look at; that they did is on record. */
export async function readCaseFile(
  ports: ReviewPorts & { files: Pick<VersionFileStore, 'find'>; commit: Commit<AuditAppended> },
  caller: Caller,
  versionId: string,
  path: string,
): Promise<PackageFile> {
  const { package: pkg, version } = await readCase(ports, versionId);
  const file = await ports.files.find(versionId, path);
  if (file === null || version.state === 'rejected')
    throw notFound(`file in ${pkg.name} ${version.label}`, path);
  const subject = { ...subjectOf(pkg, version), kind: 'file', id: path };
  await ports.commit([audited(ports, caller, 'quarantine.read-file', subject)]);
  return file;
}

/**
 * The reviewer answers for the version: it is published, the reason on record. Where it takes two, the first one's
 * approval is noted and the version stays where it is.
 */
export async function releaseVersion(
  ports: ReviewPorts & {
    review: ReviewSettings;
    commit: Commit<VersionChanged | JobQueued | AuditAppended>;
  },
  caller: Caller,
  versionId: string,
  given: { reason: string },
): Promise<Version> {
  const { package: pkg, version } = await readCase(ports, versionId);
  requireTransition(version.state, 'releasing', `${pkg.name} ${version.label}`);
  const reason = requireReason(given.reason);
  if (ports.review.secondPerson && !isConfirmed(caller, version)) {
    const approved = approvedBy(caller, version, ports.clock.now(), reason);
    await ports.commit([
      { change: 'version.change', version: approved },
      audited(ports, caller, 'quarantine.approve', subjectOf(pkg, version), { reason }),
    ]);
    return approved;
  }
  const releasing = revised<Version>(version, { state: 'releasing', reason });
  await ports.commit([
    { change: 'version.change', version: releasing },
    {
      change: 'job.queue',
      job: {
        id: `publish-${versionId}`,
        kind: 'publish-released-version',
        payload: { versionId },
        runAt: ports.clock.now(),
      },
    },
    audited(ports, caller, 'quarantine.release', subjectOf(pkg, version), { reason }),
  ]);
  return releasing;
}

/** Throws `permission-denied` where the caller may not be one of the two. */
function isConfirmed(caller: Caller, version: Version): boolean {
  requireNotUploader(caller, version);
  const approval = version.review?.approval ?? null;
  if (approval !== null && approval.userId === caller.user?.id) {
    throw new RegistryError(
      'permission-denied',
      'You have approved it; another reviewer has to confirm that.',
    );
  }
  return approval !== null;
}

/** Throws `permission-denied` for whoever has uploaded the version. */
export function requireNotUploader(caller: Caller, { uploadedBy }: Version): void {
  if (caller.user !== null && caller.user.id !== uploadedBy.userId) return;
  throw new RegistryError(
    'permission-denied',
    'Whoever has uploaded a version may not decide about it here.',
  );
}

function approvedBy({ user }: Caller, version: Version, at: Date, reason: string): Version {
  const approval = { userId: user?.id ?? '', userName: user?.name ?? '', at, reason };
  return revised<Version>(version, { review: { since: version.review?.since ?? at, approval } });
}

/** The version will never be published; its content is removed, its label is free again. */
export async function rejectVersion(
  ports: ReviewPorts & {
    commit: Commit<VersionChanged | ContentReleased | JobQueued | EventAppended | AuditAppended>;
  },
  caller: Caller,
  versionId: string,
  given: { reason: string },
): Promise<Version> {
  const { package: pkg, version } = await readCase(ports, versionId);
  requireTransition(version.state, 'rejected', `${pkg.name} ${version.label}`);
  const reason = requireReason(given.reason);
  const rejected = revised<Version>(version, { state: 'rejected', review: null, reason });
  await ports.commit([
    { change: 'version.change', version: rejected },
    ...contentLetGo(ports, rejected),
    happened(ports, 'version.rejected', {
      userId: version.uploadedBy.userId,
      uploadId: version.uploadId,
      packageId: pkg.id,
      versionId,
      data: { package: pkg.name, version: version.label, reason },
    }),
    audited(ports, caller, 'quarantine.reject', subjectOf(pkg, version), { reason }),
  ]);
  return rejected;
}

function subjectOf(pkg: Package, version: Version) {
  return {
    packageId: pkg.id,
    packageName: pkg.name,
    versionId: version.id,
    versionLabel: version.label,
  };
}
