import type { Examiner } from '../checks/index.ts';
import { type ContentStore, quarantineKey } from '../content/index.ts';
import type { VersionStore } from '../packages/index.ts';
import type { ReportStore } from './ports.ts';
import { type PublishPorts, promoteContent } from './promote-content.ts';
import { type DecisionPorts, recordDecision } from './record-decision.ts';

/**
 * The job behind a release: promotes the content out of quarantine and publishes the version. Content is examined
 * once more for its digest, its files and its description, which may be missing when the check gave up early;
 * the verdicts that the reviewer saw stay on record.
 */
export async function publishReleasedVersion(
  ports: DecisionPorts &
    PublishPorts & {
      versions: VersionStore;
      content: ContentStore;
      reports: ReportStore;
      examiner: Pick<Examiner, 'examine'>;
    },
  versionId: string,
  signal: AbortSignal,
): Promise<void> {
  const version = await ports.versions.find(versionId);
  if (version === null) return;
  const from = quarantineKey(versionId);
  if (version.state === 'releasing') {
    const pkg = await ports.packages.find(version.packageId);
    const about = { kind: pkg?.kind ?? 'code', fileName: version.fileName };
    const found = await ports.examiner.examine(await ports.content.locate(from), about, signal);
    const before = await ports.reports.find(versionId);
    const holding = await promoteContent(ports, version, from, found);
    await recordDecision(ports, holding, {
      state: 'published',
      reason: version.reason,
      report: {
        versionId,
        digest: found.digest,
        verdict: before?.verdict ?? 'inconclusive',
        results: before?.results ?? found.results,
        decidedAt: ports.clock.now(),
      },
      ...found.description,
    });
  }
  await ports.content.remove(from);
}
