// The job behind a release: promotes the content out of quarantine and publishes the version. It goes back into
// quarantine when that cannot be done, so that a reviewer sees it again.
import type { Examination, Examiner } from '../checks/index.ts';
import { type ContentStore, packageKey, quarantineKey } from '../content/index.ts';
import { isMissing } from '../errors.ts';
import type { Version, VersionStore } from '../packages/index.ts';
import { lastRuleSet } from './attest-version.ts';
import type { ReportStore, VerdictStore } from './ports.ts';
import { type PublishPorts, promoteContent } from './promote-content.ts';
import { type DecisionPorts, recordDecision } from './record-decision.ts';
import type { Report } from './report.ts';

export type PublishReleasedPorts = DecisionPorts &
  PublishPorts & {
    readonly versions: Pick<VersionStore, 'find'>;
    readonly content: Pick<ContentStore, 'locate' | 'copy' | 'remove'>;
    readonly reports: ReportStore;
    readonly verdicts: Pick<VerdictStore, 'list'>;
    readonly examiner: Pick<Examiner, 'examine'>;
  };

/**
 * Content is examined once more for its digest, its files and its description, which may be missing when the check
 * gave up early; the verdicts that the reviewer saw stay on record.
 */
export async function publishReleasedVersion(
  ports: PublishReleasedPorts,
  versionId: string,
  signal: AbortSignal,
): Promise<void> {
  const version = await ports.versions.find(versionId);
  if (version === null) return;
  if (version.state === 'releasing') {
    const pkg = await ports.packages.find(version.packageId);
    const about = { kind: pkg?.kind ?? 'code', fileName: version.fileName };
    const { key, location } = await locate(ports, version);
    const found = await ports.examiner.examine(location, about, signal);
    const seen = await ports.reports.find(versionId);
    const obstacle = whyNotPublished(version, seen, found);
    if (obstacle !== null) return backIntoQuarantine(ports, version, obstacle);
    const holding = await promoteContent(ports, version, { key, revision: location.revision }, found);
    const report = reportOf(ports, versionId, { results: found.results, ...seen, digest: found.digest });
    await recordDecision(ports, holding, {
      state: 'published',
      reason: version.reason,
      report,
      ruleSet: await lastRuleSet(ports, found.digest),
      ...found.description,
    });
  }
  if (version.state === 'releasing' || version.state === 'published') {
    await ports.content.remove(quarantineKey(versionId));
  }
}

/**
 * In quarantine; or still where it was published, when the version has only just come into quarantine because of
 * newer rules.
 */
async function locate({ content }: PublishReleasedPorts, { id, digest }: Version) {
  const key = quarantineKey(id);
  try {
    return { key, location: await content.locate(key) };
  } catch (error) {
    if (digest === null || !isMissing(error)) throw error;
    return { key: packageKey(digest), location: await content.locate(packageKey(digest)) };
  }
}

/** For a release that fails again and again, because its content is lost, for example. */
export async function giveUpReleasing(
  ports: PublishReleasedPorts,
  versionId: string,
  failure: string,
): Promise<void> {
  const version = await ports.versions.find(versionId);
  if (version?.state !== 'releasing') return;
  await backIntoQuarantine(ports, version, `The release did not come to an end: ${failure}`);
}

/** What the uploader announced and what the reviewer saw must be what is published. */
function whyNotPublished(version: Version, seen: Report | null, found: Examination): string | null {
  const { declaredDigest } = version;
  if (declaredDigest !== null && declaredDigest !== found.digest) {
    return `The bytes have the digest ${found.digest}, but ${declaredDigest} was declared: reject it.`;
  }
  if (seen !== null && seen.digest !== '' && seen.digest !== found.digest) {
    return `The bytes have the digest ${found.digest}, but those that were checked had ${seen.digest}: reject it.`;
  }
  return null;
}

async function backIntoQuarantine(
  ports: PublishReleasedPorts,
  version: Version,
  reason: string,
): Promise<void> {
  const seen = await ports.reports.find(version.id);
  const report = reportOf(ports, version.id, { digest: version.digest ?? '', results: [], ...seen });
  await recordDecision(ports, version, { state: 'quarantined', reason: reason.slice(0, 1_000), report });
}

function reportOf(
  { clock }: PublishReleasedPorts,
  versionId: string,
  known: Pick<Report, 'digest' | 'results'> & Partial<Report>,
): Report {
  return { verdict: 'inconclusive', ...known, versionId, decidedAt: clock.now() };
}
