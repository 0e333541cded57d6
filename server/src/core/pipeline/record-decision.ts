import { type AuditAppended, audited } from '../audit/index.ts';
import { type Caller, registryItself } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { notFound } from '../errors.ts';
import { type EventAppended, type EventKind, happened } from '../events/index.ts';
import type { HallmarkAppended, SigningPorts } from '../hallmarks/index.ts';
import type { JobQueued } from '../jobs/index.ts';
import {
  afterPublication,
  afterWithdrawal,
  isReadable,
  type Package,
  type PackageChanged,
  type PackageIndexed,
  type PackageStore,
  requireTransition,
  revised,
  type Version,
  type VersionChanged,
  type VersionStore,
} from '../packages/index.ts';
import { attestPublication } from './attest-version.ts';
import type { Report, ReportPut } from './report.ts';
import { type ContentVerdict, recheckJob, type VerdictAppended } from './verdict.ts';

export type Decision =
  | Publication
  | {
      readonly state: 'quarantined' | 'rejected';
      readonly reason: string | null;
      readonly report: Report;
      readonly verdict?: ContentVerdict | undefined;
    };

interface Publication {
  readonly state: 'published';
  /** A reviewer's words when it was released from quarantine. */
  readonly reason: string | null;
  readonly report: Report;
  /** For the history of the content, where it was examined for this decision. */
  readonly verdict?: ContentVerdict | undefined;
  /** The rules that the report goes by; null when nobody knows. */
  readonly ruleSet: string | null;
  readonly license: string;
  readonly summary: string;
  readonly readme: string;
}

export interface DecisionPorts extends SigningPorts {
  readonly packages: Pick<PackageStore, 'find'>;
  readonly versions: Pick<VersionStore, 'find' | 'list'>;
  readonly commit: Commit<
    | VersionChanged
    | PackageChanged
    | PackageIndexed
    | ReportPut
    | HallmarkAppended
    | VerdictAppended
    | JobQueued
    | EventAppended
    | AuditAppended
  >;
}

/** Moves the version to its new state, with everything that follows from it, in one commit. */
export async function recordDecision(
  ports: DecisionPorts,
  version: Version,
  decision: Decision,
  by: Caller = registryItself(`check-${version.id}`),
): Promise<void> {
  const pkg = await ports.packages.find(version.packageId);
  if (pkg === null) throw notFound('package', version.packageId);
  requireTransition(version.state, decision.state, `${pkg.name} ${version.label}`);
  const now = ports.clock.now();
  const published = decision.state === 'published';
  const decided = revised<Version>(version, {
    state: decision.state,
    reason: decision.reason,
    digest: decision.report.digest === '' ? version.digest : decision.report.digest,
    decidedAt: version.decidedAt ?? now,
    review: decision.state === 'quarantined' ? { since: version.review?.since ?? now, approval: null } : null,
    ...(published && { publishedAt: now, license: decision.license, summary: decision.summary }),
  });
  // There is no published version without its hallmark.
  const hallmark = published
    ? await attestPublication(ports, { package: pkg, version: decided, ...decision }, decision.reason)
    : null;
  await ports.commit([
    { change: 'version.change', version: decided },
    ...(hallmark === null ? [] : [hallmark]),
    ...(published ? await offered(ports, pkg, decided, decision.readme) : []),
    ...(isReadable(version.state) && pkg.state !== 'deleted'
      ? [await afterWithdrawal(ports, pkg, decided)]
      : []),
    { change: 'report.put', report: decision.report },
    ...noted(decision.verdict, pkg, now),
    decisionEvent(ports, pkg, decided, `version.${decision.state}`, hallmark),
    audited(
      ports,
      by,
      'version.decide',
      {
        packageId: pkg.id,
        packageName: pkg.name,
        versionId: version.id,
        versionLabel: version.label,
        sizeBytes: version.sizeBytes,
      },
      { reason: `${decision.state}${decision.reason === null ? '' : `: ${decision.reason}`}` },
    ),
  ]);
}

/** Of content that has failed, others may have been published before the rules knew it. */
function noted(
  verdict: ContentVerdict | undefined,
  { kind }: Package,
  now: Date,
): (VerdictAppended | JobQueued)[] {
  if (verdict === undefined) return [];
  const note = { change: 'verdict.append', verdict } as const;
  return verdict.verdict === 'failed'
    ? [note, recheckJob(verdict.digest, kind, verdict.ruleSet, now)]
    : [note];
}

/** The package offers the version; what is found by search is what its latest version says. */
async function offered(
  ports: Pick<DecisionPorts, 'clock' | 'versions'>,
  pkg: Package,
  version: Version,
  readme: string,
): Promise<(PackageChanged | PackageIndexed)[]> {
  if (pkg.state === 'deleted') return [];
  const { change, package: changed } = afterPublication(pkg, version, ports.clock.now());
  if (changed.latest?.versionId !== version.id) return [{ change, package: changed }];
  const { name, title } = changed;
  const description = await describedBy(ports, pkg, version);
  return [
    { change, package: { ...changed, description } },
    { change: 'package.index', packageId: pkg.id, document: { name, title, description, readme } },
  ];
}

/** A description that nobody has written follows the latest version. */
async function describedBy(
  { versions }: Pick<DecisionPorts, 'versions'>,
  pkg: Package,
  version: Version,
): Promise<string> {
  const before = pkg.latest && (await versions.find(pkg.latest.versionId));
  return pkg.description === (before?.summary ?? '') ? version.summary : pkg.description;
}

function decisionEvent(
  ports: { clock: Clock; randomness: Randomness },
  pkg: Package,
  version: Version,
  kind: EventKind,
  hallmark: HallmarkAppended | null,
): EventAppended {
  return happened(ports, kind, {
    userId: version.uploadedBy.userId,
    uploadId: version.uploadId,
    packageId: pkg.id,
    versionId: version.id,
    data: {
      package: pkg.name,
      version: version.label,
      digest: version.digest,
      reason: version.reason,
      ...(hallmark !== null && { hallmark: hallmark.hallmark.id }),
    },
  });
}
