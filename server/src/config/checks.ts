import { integer, text, type Values } from './fields.ts';

const mib = 1024 ** 2;
const gib = 1024 ** 3;
const largest = Number.MAX_SAFE_INTEGER;

export const checkFields = {
  rules: text({
    variable: 'ASSAY_CHECK_RULES',
    meaning:
      'Severities other than those of docs/checks.md, by rule: `pickle.unknown-global=warns,install.script=blocks`. A rule `blocks`, `warns` or `informs`; what is not named stays as it is. Changing them checks published content again.',
    default: '',
    rule: '`rule=severity`, separated by commas, each severity `blocks`, `warns` or `informs`',
    pattern: /^(\s*[a-z0-9.-]+\s*=\s*(blocks|warns|informs)\s*(,|$))*$/,
  }),
  threads: integer({
    variable: 'ASSAY_CHECK_THREADS',
    meaning: 'Threads that check content, beside the one that serves requests. More than cores gain nothing.',
    default: 2,
    minimum: 1,
    maximum: 256,
  }),
  threadMemoryMiB: integer({
    variable: 'ASSAY_CHECK_THREAD_MEMORY_MIB',
    meaning: 'JavaScript memory of one check thread; a check that needs more is inconclusive.',
    default: 160,
    unit: 'MiB',
    minimum: 32,
    maximum: 65_536,
  }),
  timeLimitMs: integer({
    variable: 'ASSAY_CHECK_TIME_LIMIT_MS',
    meaning:
      'What every piece of a check’s work (at most 1,000 files or 32 MiB, or one larger file) may take; a check that takes longer is inconclusive.',
    default: 60_000,
    unit: 'ms',
    minimum: 10,
    maximum: 86_400_000,
  }),
  timeLimitPerGibMs: integer({
    variable: 'ASSAY_CHECK_TIME_LIMIT_PER_GIB_MS',
    meaning: 'What a piece of work may take on top for each GiB of stored and expanded bytes.',
    default: 120_000,
    unit: 'ms',
    minimum: 0,
    maximum: 86_400_000,
  }),
  maximumEntries: integer({
    variable: 'ASSAY_CHECK_ENTRIES',
    meaning: 'Entries, folders included, that an archive may have.',
    default: 200_000,
    minimum: 1,
    maximum: 10_000_000,
  }),
  maximumExpandedBytes: integer({
    variable: 'ASSAY_CHECK_EXPANDED_BYTES',
    meaning: 'Bytes that the files of an archive may have together when expanded.',
    default: 100 * gib,
    unit: 'bytes',
    minimum: 1,
    maximum: largest,
  }),
  maximumFileBytes: integer({
    variable: 'ASSAY_CHECK_FILE_BYTES',
    meaning: 'Bytes that one file of an archive may have when expanded.',
    default: 100 * gib,
    unit: 'bytes',
    minimum: 1,
    maximum: largest,
  }),
  maximumRatio: integer({
    variable: 'ASSAY_CHECK_EXPANSION_RATIO',
    meaning: 'How many times its stored size an archive, and each file in it, may have when expanded.',
    default: 200,
    minimum: 1,
    maximum: 1_000_000,
  }),
  ratioFreeBytes: integer({
    variable: 'ASSAY_CHECK_EXPANSION_FREE_BYTES',
    meaning: 'Up to this expanded size the ratio does not matter.',
    default: 10 * mib,
    unit: 'bytes',
    minimum: 0,
    maximum: largest,
  }),
  maximumNameBytes: integer({
    variable: 'ASSAY_CHECK_NAME_BYTES',
    meaning: 'Bytes that the name of a file in an archive may have, folders included.',
    default: 1_024,
    unit: 'bytes',
    minimum: 1,
    maximum: 65_535,
  }),
  maximumCommentBytes: integer({
    variable: 'ASSAY_CHECK_COMMENT_BYTES',
    meaning: 'Bytes that the comment of an archive, and of each file in it, may have.',
    default: 4_096,
    unit: 'bytes',
    minimum: 0,
    maximum: 65_535,
  }),
  maximumNesting: integer({
    variable: 'ASSAY_CHECK_NESTING',
    meaning:
      'How many archives and compressed files may lie inside each other in a package. The limits of entries, expanded bytes and ratio hold for each of them, and for all inside a package together.',
    default: 5,
    minimum: 0,
    maximum: 100,
  }),
  scratchBytes: integer({
    variable: 'ASSAY_CHECK_SCRATCH_BYTES',
    meaning:
      'Disk space that one check thread may take for compressed files that are opened inside packages; what needs more makes the checks of content inconclusive.',
    default: 32 * gib,
    unit: 'bytes',
    minimum: 0,
    maximum: largest,
  }),
};

export type ChecksConfig = Values<typeof checkFields>;
