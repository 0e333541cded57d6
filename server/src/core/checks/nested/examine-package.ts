import { examineMembers, type MembersExamined } from '../archive/examine-members.ts';
import type { Member } from '../archive/member.ts';
import type { ByteSource } from '../check.ts';
import { FindingList } from '../findings.ts';
import type { LedgerPart } from '../inspection/ledger.ts';
import type { LearntFile } from '../memory/remembered-file.ts';
import { Level, type Search } from './level.ts';

export interface PackageExamined extends MembersExamined {
  /** What the checks of content have seen of the files, and of what lies in them. */
  readonly ledgers: readonly LedgerPart[];
  /** For the next time that the same files come. */
  readonly learnt: readonly LearntFile[];
}

/** Examines members of a package, and whatever lies in them. */
export async function examinePackage(
  source: ByteSource,
  members: readonly Member[],
  search: Search,
): Promise<PackageExamined> {
  const findings = new FindingList();
  const examined = await examineMembers(source, members, new Level(search, findings));
  findings.absorb(examined.findings);
  return {
    ...examined,
    findings: findings.part(),
    ledgers: search.inspection.parts(),
    learnt: search.memory?.learnt ?? [],
  };
}
