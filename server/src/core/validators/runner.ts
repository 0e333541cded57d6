// Where validators run: scripts that nobody trusts, over content that only they and the downloader may see.

export type ValidatorLanguage = 'python' | 'javascript';

/** One script to be run once, for one download. */
export interface ValidatorTask {
  readonly language: ValidatorLanguage;
  readonly source: string;
  readonly packageName: string;
  readonly versionLabel: string;
  /** The name of who uploaded the version. */
  readonly uploader: string;
  /** The name of who wants to download it. */
  readonly downloader: string;
  /** The names of the downloader's groups. */
  readonly groups: readonly string[];
  /** What the package says about itself; JSON. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly archive: ValidatorArchive;
}

/** The version's bytes, of which a script reads what it needs. */
export interface ValidatorArchive {
  readonly sizeBytes: number;
  /**
   * Where other processes read the same bytes, for as long as a validator may run: an address that carries its own
   * permission. Only runners in other processes need it.
   */
  readonly url?: string;
  /** Exactly `length` bytes; asked for nothing outside of the archive. Rejects when they cannot be read. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export type ValidatorCause =
  | 'allowed'
  | 'denied' // the script said so, or did not say that it allows
  | 'timed-out'
  | 'crashed' // of its own, or ended because it tried what is forbidden
  | 'too-much-output'
  | 'unavailable' // it could not be run, or the archive not be read
  | 'busy'; // too many wait already

export interface ValidatorOutcome {
  /** Never true but with the cause `allowed`. */
  readonly allowed: boolean;
  /** For the downloader: at most 64 KiB, and nothing about the machine that it ran on. */
  readonly message: string;
  readonly cause: ValidatorCause;
  readonly elapsedMs: number;
  /** The end of what the script has written to its error stream: for its owner, never for the downloader. */
  readonly diagnostics?: string;
}

export type SyntaxVerdict = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface RunnerHealth {
  /** False: no script is run, so all are denied. Before the first one nobody has tried yet, and it is true. */
  readonly ready: boolean;
  /** For operators: what is wrong, or weaker than it could be. */
  readonly problems: readonly string[];
  readonly running: number;
  readonly waiting: number;
}

/**
 * Whatever a script does, the answer is an outcome: a crash, a time-out, a flood, a runner that is away all deny. Nothing
 * of one run is seen by another. An aborted `signal` ends the script; the outcome then is `unavailable`.
 */
export interface ValidatorRunner {
  /** Whether the source can be compiled; nothing of it is executed. Rejects with a `StorageError` when nobody can tell now. */
  checkSyntax(language: ValidatorLanguage, source: string, signal?: AbortSignal): Promise<SyntaxVerdict>;
  run(task: ValidatorTask, signal?: AbortSignal): Promise<ValidatorOutcome>;
  health(): Promise<RunnerHealth>;
}
