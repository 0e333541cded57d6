import type { ContentLocation } from '../content/index.ts';
import type { CheckResult, PackageDescription, PackageFile } from './check.ts';

export interface Examination {
  /** SHA-256 of the whole content, lower-case hex. */
  readonly digest: string;
  readonly results: readonly CheckResult[];
  /** Complete only when the archive check passed. */
  readonly files: readonly PackageFile[];
  readonly description: PackageDescription;
}

/**
 * Takes content apart in worker threads: hashes it and runs every check over exactly those bytes. A check that
 * crashes, runs out of time or memory, or meets what it does not know is `inconclusive`; only a store that does
 * not answer rejects (`StorageError`), and an aborted `signal`.
 */
export interface Examiner {
  examine(
    content: ContentLocation,
    about: { kind: 'model' | 'dataset' | 'code'; fileName: string },
    signal: AbortSignal,
  ): Promise<Examination>;
  close(): Promise<void>;
}
