// What a worker and the registry say to each other; both sides go by this file.

/** The kinds of frames that a worker sends. */
export const frame = {
  /** It has started, is confined, and waits for its task. */
  ready: 1,
  /** What the script has written. */
  output: 2,
  errors: 3,
  /** A range of the archive: offset (8 bytes, a double), length (4 bytes). Answered with the bytes. */
  range: 4,
  /** A request to a host outside, JSON. Answered with JSON. */
  request: 5,
  /** A `WorkerEnd`, JSON. Nothing follows. */
  end: 6,
} as const;

export const headerBytes = 5;
/** The largest range of the archive that is sent at once. */
export const rangeBytes = 256 * 1024;
/** What a worker sends in one frame, at most. */
export const largestFrameBytes = 256 * 1024;

export type WorkerEnd =
  | { readonly end: 'exit'; readonly code: number }
  | { readonly end: 'exception' }
  | { readonly end: 'violation'; readonly what: string }
  | { readonly end: 'crash'; readonly what: string };

/** What a worker is started with. */
export interface WorkerSettings {
  readonly kernelLayer: boolean;
  readonly webAssemblyLayer: boolean;
  readonly memoryBytes: number;
  readonly fileBytes: number;
  readonly cpuSeconds: number;
  /** Of the started Python; null: it is started from scratch, which takes longer. */
  readonly snapshot: string | null;
}

/** What a worker is given to do. */
export interface WorkerTask {
  readonly compileOnly: boolean;
  readonly source: string;
  /** MODEL UPLOADER DOWNLOADER ZIP */
  readonly arguments: readonly [string, string, string, string];
  readonly context: {
    readonly package: string;
    readonly version: string;
    readonly uploader: string;
    readonly user: string;
    readonly groups: readonly string[];
    readonly metadata: Readonly<Record<string, unknown>>;
  };
  readonly sizeBytes: number;
  /** Whether there is any host that may be asked. */
  readonly reach: boolean;
}

/** Where a script finds the archive. */
export const archivePath = '/input/package.zip';

/** What a script asks of a host outside. */
export interface OutsideRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
}

/** What it is answered. Whatever goes wrong is an `error`. */
export type OutsideAnswer = { readonly status: number; readonly body: string } | { readonly error: string };

/** What a process tries that the kernel has confined. */
export interface KernelCanary {
  readonly tries: 'read' | 'write' | 'openSocket' | 'start' | 'signal' | 'takeMemory';
  /** What is read or written. */
  readonly file: string;
  readonly cpuSeconds: number;
  readonly dataBytes: number;
}
