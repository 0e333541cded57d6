// What looks at the content of files: once, as the bytes pass by on their way through the archive check.
//
//   member ──► expanded, piece by piece ──┬─► CRC, digest          (archive)
//                                         └─► inspectors of its type, each for one check, into the ledger
import type { About } from '../check.ts';
import type { RuleId } from '../rules.ts';

/** The checks that look at content. Each has a ledger of its own. */
export const contentChecks = ['formats', 'malware', 'secrets'] as const;
export type ContentCheck = (typeof contentChecks)[number];

/** What an inspector tells. */
export interface Telling {
  /** `offset`: from the beginning of the file that is inspected. */
  found(rule: RuleId, explanation: string, offset?: number): void;
  /** These bytes were not, or not fully, looked at, and why: never to be taken for clean. */
  missed(reason: string, range?: { readonly start: number; readonly end: number }): void;
  /** Which rules it went by, where those are not the registry's own: an engine with their version. */
  by(rules: string): void;
}

/**
 * Looks at one file. Whatever it does not report as missed counts as looked at. An error, thrown or rejected with,
 * leaves the whole file missed; a `StorageError` says nothing about the bytes and ends the whole examination.
 */
export interface Inspector {
  /**
   * The next bytes, good until the call returns. Where it gives a promise, no more come until that resolves. `textBytes`: the
   * longest run of printable ASCII that ends in them or goes on behind them is no longer than that, or it is `longText`.
   */
  push(bytes: Uint8Array, textBytes?: number): void | Promise<void>;
  /** No more bytes come. The file has been looked at when this has returned, or its promise resolved. */
  end(): void | Promise<void>;
}

export interface InspectedFile {
  /** The last part of its path. Where it lies is not told: what is found depends on nothing but what stands here. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Its first bytes, at least 512 unless it is shorter: what its type is told by. */
  readonly head: Uint8Array;
  /** Of the package that it belongs to; where not given, the strictest rules count. */
  readonly kind?: About['kind'];
}

/** How a check looks at a file of a certain kind. Null: it has nothing to look for in such a file. */
export type Inspection = {
  readonly check: ContentCheck;
  begin(file: InspectedFile, telling: Telling): Inspector | null;
};
