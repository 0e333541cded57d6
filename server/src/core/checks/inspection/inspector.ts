// What looks at the content of files: once, as the bytes pass by on their way through the archive check.
//
//   member ──► expanded, piece by piece ──┬─► CRC, digest          (archive)
//                                         └─► inspectors of its type, each for one check, into the ledger
import type { RuleId } from '../rules.ts';

/** The checks that look at content. Each has a ledger of its own. */
export const contentChecks = ['formats'] as const;
export type ContentCheck = (typeof contentChecks)[number];

/** What an inspector tells. */
export interface Telling {
  /** `offset`: from the beginning of the file that is inspected. */
  found(rule: RuleId, explanation: string, offset?: number): void;
  /** These bytes were not, or not fully, looked at, and why: never to be taken for clean. */
  missed(reason: string, range?: { readonly start: number; readonly end: number }): void;
}

/** Looks at one file. Whatever it does not report as missed counts as looked at. */
export interface Inspector {
  /** The next bytes, good until the call returns. An error thrown leaves the whole file missed. */
  push(bytes: Uint8Array): void;
  /** No more bytes come. */
  end(): void;
}

export interface InspectedFile {
  /** As people are shown it; `!/` before what lies inside a file of a package. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Its first bytes, at least 512 unless it is shorter: what its type is told by. */
  readonly head: Uint8Array;
}

/** How a check looks at a file of a certain kind. Null: it has nothing to look for in such a file. */
export type Inspection = {
  readonly check: ContentCheck;
  begin(file: InspectedFile, telling: Telling): Inspector | null;
};
