// What a check is, and what it concludes. Checks are pure functions over a byte source.

export type Verdict = 'passed' | 'failed' | 'inconclusive';

/** Random access to the bytes of one version. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * Up to `length` bytes from `position`; fewer only at the end of the source. The buffer may be reused by the
   * next call: copy what must last. Rejects with a `StorageError` when the bytes cannot be had, which ends the
   * whole examination: it says nothing about the bytes.
   */
  read(position: number, length: number): Promise<Uint8Array>;
}

export type Severity =
  | 'blocks' // the version fails
  | 'warns' // shown to people, does not fail
  | 'informs'; // advice

/** One thing a check found. */
export interface Finding {
  /** `archive.unsafe-path`, `structure.readme-missing`, …: stable, documented. */
  readonly rule: string;
  readonly severity: Severity;
  /** The file inside the package, where it is about one; control characters escaped. */
  readonly path?: string;
  /** Bytes from the start of the package, where it is about a place. */
  readonly offset?: number;
  /** For people: what was found, with the value and the limit. */
  readonly explanation: string;
}

/**
 * What a check has looked at of the bytes that it is about: for the archive check every byte of the package, for
 * the structure check those of the archive's directory. `passed` needs both to be equal.
 */
export interface Coverage {
  readonly bytesLookedAt: number;
  readonly bytesInAll: number;
  /** What was not looked at, the first of many; a check that goes by the archive as a whole names none. */
  readonly gaps?: readonly Gap[];
  /** What was not looked at again, because its bytes were looked at before by the same rules. */
  readonly remembered?: Remembered;
}

export interface Remembered {
  /** Of `bytesLookedAt`. */
  readonly bytes: number;
  /** The first of many. */
  readonly files: readonly RememberedContent[];
}

export interface RememberedContent {
  readonly path: string;
  /** Of its content, SHA-256, lower-case hex. */
  readonly digest: string;
  /** When it was looked at, as ISO 8601 has it. */
  readonly lookedAt: string;
}

/** Bytes of a file that were not looked at. Half-open, from the beginning of the file. */
export interface Gap {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

export interface CheckResult {
  readonly check: string;
  /** The version of the rules; raised whenever a rule changes. */
  readonly rules: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
  /** Why it is inconclusive, or why it did not come to its end though it failed; null otherwise. */
  readonly reason: string | null;
  readonly durationMs: number;
}

/**
 * What one check concludes. It passed only when nothing blocks, it came to its end and it looked at every byte;
 * `incomplete` says why it did not come to its end.
 */
export function conclude(
  findings: readonly Finding[],
  coverage: Coverage,
  incomplete: string | null,
): Pick<CheckResult, 'verdict' | 'reason'> {
  if (findings.some((finding) => finding.severity === 'blocks')) {
    return { verdict: 'failed', reason: incomplete };
  }
  if (incomplete !== null) return { verdict: 'inconclusive', reason: incomplete };
  const { bytesLookedAt, bytesInAll } = coverage;
  if (bytesLookedAt === bytesInAll) return { verdict: 'passed', reason: null };
  return {
    verdict: 'inconclusive',
    reason: `Only ${bytesLookedAt} of ${bytesInAll} bytes were looked at.`,
  };
}

/** `failed` outweighs `inconclusive`, which outweighs `passed`; nothing checked is inconclusive. */
export function verdictOf(results: readonly Pick<CheckResult, 'verdict'>[]): Verdict {
  if (results.some((result) => result.verdict === 'failed')) return 'failed';
  return results.length > 0 && results.every((result) => result.verdict === 'passed')
    ? 'passed'
    : 'inconclusive';
}

/** One file inside a package, as the archive check saw it. */
export interface PackageFile {
  /** Relative, `/` between segments. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Bytes it takes inside the package. */
  readonly storedBytes: number;
  /** `stored` bytes can be read by range. */
  readonly method: 'stored' | 'deflate';
  /** Where its stored bytes begin, from the start of the package. */
  readonly offset: number;
  /** CRC-32 as the archive states it, verified. */
  readonly crc32: number;
  /** SHA-256 of its content, lower-case hex. */
  readonly digest: string;
}

/** What is learnt about a package for people and search, besides the verdicts. */
export interface PackageDescription {
  /** Text of the README or card, cut at 64 KiB. */
  readonly readme: string;
  /** One sentence or paragraph, from the manifest, cut at 1,000 characters; may be empty. */
  readonly summary: string;
  /** From the manifest: SPDX expression or licence name; empty when none is stated. */
  readonly license: string;
}

/** What a check needs to know about a package besides its bytes. */
export interface About {
  readonly kind: 'model' | 'dataset' | 'code';
  readonly fileName: string;
}
