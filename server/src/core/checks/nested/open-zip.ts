import { examineMembers } from '../archive/examine-members.ts';
import { surveyArchive } from '../archive/survey-archive.ts';
import { FindingList } from '../findings.ts';
import type { RuleId } from '../rules.ts';
import { type Container, tellFindings } from './container.ts';

/** A ZIP archive inside the package: the same rules as for the package, and then what lies in it. */
export async function openZip(container: Container): Promise<void> {
  const { source, level, missed } = container;
  const { ports, limits, budget } = level.search;
  const found = new FindingList();
  const survey = await surveyArchive(ports, source, limits);
  found.absorb(survey.findings);
  const members = survey.batches.flatMap((batch) => batch.members);
  const refuse = (rule: RuleId, reason: string | null) => {
    if (reason !== null) found.add(rule, reason);
    return reason !== null;
  };
  const sizeBytes = members.reduce((sum, member) => sum + member.sizeBytes, 0);
  const isRefused =
    refuse('archive.too-many-files', budget.takeEntries(members.length)) ||
    refuse('archive.too-large', budget.takeBytes(sizeBytes));
  let bytesLookedAt = survey.bytesLookedAt;
  if (!isRefused) {
    const examined = await examineMembers(source, members, level);
    found.absorb(examined.findings);
    bytesLookedAt += examined.bytesLookedAt;
  }
  tellFindings(found, container);
  if (bytesLookedAt !== source.sizeBytes)
    missed(`Of its ${source.sizeBytes} bytes, only ${bytesLookedAt} could be taken apart.`);
}
