import type { ByteSource } from '../check.ts';
import { type FindingList, printPath } from '../findings.ts';
import type { RuleId } from '../rules.ts';
import type { Level } from './level.ts';

/** A file that holds others, ready to be opened. */
export interface Container {
  readonly source: ByteSource;
  /** As people are shown it, all it lies in included. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Of what lies in it. */
  readonly level: Level;
  /** Where a program that looks from the end would see the end of a ZIP archive, though it is none. */
  readonly endRecords: readonly number[];
  /** It could not be opened, or not wholly. */
  readonly missed: (reason: string) => void;
  /** Such a program would indeed find an archive that nobody has looked at. */
  readonly appended: () => void;
}

/** Offences that leave something unread. Inside a file they say nothing against it but that nobody knows what is in it. */
const unreadable: ReadonlySet<string> = new Set<RuleId>([
  'archive.not-a-zip',
  'archive.damaged',
  'archive.unsupported',
  'archive.encrypted',
  'archive.unknown-method',
]);
/** Harmful to whoever unpacks it on another system, which nobody must do with an archive inside a package. */
const harmlessInside: ReadonlySet<string> = new Set<RuleId>([
  'archive.colliding-name',
  'archive.name-unmarked',
]);

/** What was found in an archive inside the package, given to the archive check; what was left unread, to the others. */
export function tellFindings(found: FindingList, { path, level, missed }: Container): void {
  const { kept, counts } = found.part();
  for (const finding of kept) {
    if (unreadable.has(finding.rule)) missed(`It cannot be opened wholly: ${finding.explanation}`);
  }
  const here = kept
    .filter(({ rule }) => !unreadable.has(rule))
    .map((finding) => ({
      ...finding,
      path: printPath(finding.path === undefined ? path : level.pathOf(finding.path)),
      ...(harmlessInside.has(finding.rule) && { severity: 'informs' as const }),
    }));
  const counted = Object.entries(counts).filter(([rule]) => !unreadable.has(rule));
  level.findings.absorb({ kept: here, counts: Object.fromEntries(counted) });
}
