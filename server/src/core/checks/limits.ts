/** What an archive may be at most. Every value is configuration; the defaults stand in config/checks.ts. */
export interface ArchiveLimits {
  /** Entries, folders included. */
  readonly maximumEntries: number;
  /** Bytes of all files together, expanded. */
  readonly maximumExpandedBytes: number;
  /** Bytes of one file, expanded. */
  readonly maximumFileBytes: number;
  /** Expanded ÷ stored bytes, of the whole and of each file; counts above `ratioFreeBytes` only. */
  readonly maximumRatio: number;
  /** Content that expands to no more than this may have any ratio: it does no harm. */
  readonly ratioFreeBytes: number;
  /** Bytes of one name, path included. */
  readonly maximumNameBytes: number;
  /** Bytes of the comment of the archive, and of each of its members. */
  readonly maximumCommentBytes: number;
  /** How many archives, or compressed files, may lie inside each other, the package not counted. */
  readonly maximumNesting: number;
}
