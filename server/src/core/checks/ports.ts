import type { ContentLocation } from '../content/index.ts';
import type { About, ByteSource, CheckResult, PackageDescription, PackageFile } from './check.ts';
import type { LearntFile, RememberedFile } from './memory/remembered-file.ts';

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
  examine(content: ContentLocation, about: About, signal: AbortSignal): Promise<Examination>;
  /**
   * What `examine` goes by at this moment: the version of the rules of each check, and of the signatures that engines
   * have. Another answer than before means that content may be judged differently now.
   */
  rules(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

/**
 * What was found in files, for those that come again. May be forgotten at any time, which costs nothing but looking at
 * them again.
 */
export interface RememberedFileStore {
  /** Those that are remembered by these rules beyond the moment `at`; in any order. Any number of hints. */
  find(
    hints: readonly string[],
    by: { readonly ruleSet: string; readonly at: Date },
  ): Promise<readonly RememberedFile[]>;
  /** Each in the place of what was remembered for its hint. A power cut may lose it. Repeating it changes nothing. */
  put(files: readonly RememberedFile[]): Promise<void>;
  /** Removes what is remembered up to the moment `at` or shorter; an engine may take its time. */
  forget(at: Date): Promise<void>;
}

/** The memory of an examiner: what it has found in files. */
export interface FileMemory {
  /** What findings depend on besides rules, limits and the file. */
  readonly basis: string;
  recall(hints: readonly string[], ruleSet: string): Promise<readonly RememberedFile[]>;
  remember(files: readonly LearntFile[], ruleSet: string): Promise<void>;
}

/** One record of an archive's directory, as it stands there, nothing judged. */
export interface ArchiveEntry {
  /** A folder's ends with `/`. */
  readonly nameBytes: Uint8Array;
  /** Extra fields as they stand there. */
  readonly extra: Uint8Array;
  readonly commentBytes: number;
  /** General purpose bit flags. */
  readonly flags: number;
  /** 0 stored, 8 deflate; others exist. */
  readonly method: number;
  readonly crc32: number;
  readonly storedBytes: number;
  readonly sizeBytes: number;
  /** Unix mode in the upper 16 bits, MS-DOS attributes in the lowest 8. */
  readonly externalAttributes: number;
  /** Where its local header stands, from the start of the source. */
  readonly headerOffset: number;
  /** Bytes that the record takes in the directory. */
  readonly recordBytes: number;
}

/** Reads the directory of a ZIP archive. It opens no member: the archive check does that itself. */
export interface ArchiveReader {
  /** Rejects with an `ArchiveError` where the directory cannot be found or understood. */
  open(source: ByteSource): Promise<ArchiveDirectory>;
}

export interface ArchiveDirectory {
  /** As the archive states it. */
  readonly entryCount: number;
  /** In the order of the directory; to be iterated once. Rejects with an `ArchiveError` at a record that is broken. */
  readonly entries: AsyncIterable<ArchiveEntry>;
}

/** An archive that its reader refuses; `message` is for people. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly fault: 'damaged' | 'encrypted' | 'unsupported';

  constructor(fault: ArchiveError['fault'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}

/** Compressed as one stream, or as several one after the other, which together hold one file. */
export type CompressionType = 'gzip' | 'zlib' | 'bzip2' | 'xz' | 'lzma' | 'zstd' | 'lz4';

export interface Expander {
  /**
   * Hands the expanded bytes to `onChunk`, piece by piece, each good until the call returns; what that throws ends the
   * expanding and is thrown on. Rejects with a `CompressionError` where the data is broken or cut off, asks for too much
   * memory, or has anything but zeros behind its end; what was expanded until then has been handed out, but for the
   * last piece. Takes some tens of MiB of memory, however the data was made.
   */
  expand(type: CompressionType, source: ByteSource, onChunk: (bytes: Uint8Array) => void): Promise<void>;
}

/** Compressed data that cannot be expanded; `message` is for people. */
export class CompressionError extends Error {
  override readonly name = 'CompressionError';
}

/** Room for what is expanded out of a package and read again. Nothing outlives the process, however that ends. */
export interface ScratchSpace {
  create(): ScratchFile;
}

export interface ScratchFile {
  /** Throws a `ScratchFullError` when all files together would have more bytes than allowed. */
  append(bytes: Uint8Array): void;
  /** What was appended until now; good until the file is released. */
  source(): ByteSource;
  release(): void;
}

export class ScratchFullError extends Error {
  override readonly name = 'ScratchFullError';
}
