// What was found in a file, for the next time that the same bytes come under the same name. A file is known for sure by
// its digest only, which costs reading it; what its archive states of it, before anything was read, is a hint:
//
//   name, size, CRC ──► hint ──► nothing is remembered ─────────────────► looked at, and remembered
//                            └─► remembered ──► read and hashed ─┬─ same digest ──► as remembered
//                                                                └─ another ──────► read again and looked at
import { createHash } from 'node:crypto';
import type { About } from '../check.ts';
import type { FindingsPart } from '../findings.ts';
import type { LedgerPart } from '../inspection/ledger.ts';
import type { ArchiveLimits } from '../limits.ts';

export interface RememberedFile {
  /** See `hintOf`. At most one file is remembered for each. */
  readonly hint: string;
  /** Of its content, SHA-256, lower-case hex. */
  readonly digest: string;
  /** By which rules, see `memoryRules`. */
  readonly ruleSet: string;
  readonly found: FoundInFile;
  readonly rememberedAt: Date;
  /** From then on it is looked at again. */
  readonly until: Date;
}

/** Complete: every check came to its end and missed nothing. Paths begin with the name of the file, without its folder. */
export interface FoundInFile {
  /** Of the checks that look at content, of all that lies in the file. */
  readonly ledgers: readonly LedgerPart[];
  /** Of the archive check, in archives inside the file. */
  readonly findings: FindingsPart;
  /** What was taken of the budget of the package. */
  readonly expandedBytes: number;
  readonly entries: number;
}

/** What a check thread has found out about a file. */
export type LearntFile = Pick<RememberedFile, 'hint' | 'digest' | 'found'>;

/** What an archive states of a file. */
interface Stated {
  readonly path: string;
  readonly sizeBytes: number;
  readonly crc32: number;
}

/** Looking at smaller files costs no more than remembering them. */
const leastBytes = 4096;
/** What is found in a file may be shown at length; more than this is looked at anew each time. */
const longestFound = 8 * 1024;

export function isWorthRemembering({ path, sizeBytes }: Stated): boolean {
  return sizeBytes >= leastBytes && !path.endsWith('/');
}

export function fitsIntoMemory(found: FoundInFile): boolean {
  return JSON.stringify(found).length <= longestFound;
}

/**
 * Under what a file is remembered: whatever is known of it before it is read, and all that inspectors are told of it
 * besides its bytes.
 */
export function hintOf(kind: About['kind'], { path, sizeBytes, crc32 }: Stated): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return createHash('sha256')
    .update(JSON.stringify([kind, name, sizeBytes, crc32]))
    .digest('hex');
}

/** Everything else that findings depend on, as one text. Severities are none of it: they are applied when results are made. */
export function memoryRules(by: {
  /** Versions of the rules of each check. */
  readonly rules: Readonly<Record<string, string>>;
  /** Those that look for malware, each with its rules. */
  readonly engines: readonly string[];
  readonly limits: ArchiveLimits;
  /** The program, and the settings of its engines. */
  readonly basis: string;
}): string {
  const { rules, engines, basis } = by;
  const limits = limitNames.map((name) => by.limits[name]);
  const text = JSON.stringify([Object.entries(rules).sort(), [...engines].sort(), limits, basis]);
  return createHash('sha256').update(text).digest('hex');
}

/** All of them: one that is missing here does not compile. */
const limitNames = Object.keys({
  maximumEntries: true,
  maximumExpandedBytes: true,
  maximumFileBytes: true,
  maximumRatio: true,
  ratioFreeBytes: true,
  maximumNameBytes: true,
  maximumCommentBytes: true,
  maximumNesting: true,
} satisfies Record<keyof ArchiveLimits, true>) as (keyof ArchiveLimits)[];
