import type { Reach } from './outside-requests.ts';

export interface SandboxSettings {
  /** Where the memory of a started Python lies ready, to be read only; null: nowhere. */
  readonly preparedFolder: string | null;
  /** Where it is kept else, made when it is needed; null: Python is started from scratch then. */
  readonly cacheFolder: string | null;
  readonly limits: SandboxLimits;
  readonly pool: PoolSettings;
  /** False: scripts also run where the kernel cannot confine them (macOS). */
  readonly requireKernelLayer: boolean;
  /** What hosts scripts may ask; null: none. */
  readonly reach: Reach | null;
  /** What operators should know: why workers do not start, what was tried and refused. */
  report(problem: string, cause?: unknown): void;
}

/** Of one run. */
export interface SandboxLimits {
  /** Of the interpreter's heap. */
  readonly memoryBytes: number;
  /** Of the files that a script writes; they lie in memory. */
  readonly fileBytes: number;
  readonly cpuSeconds: number;
  /** From the moment that the script is handed over. */
  readonly wallMs: number;
  readonly outputBytes: number;
  /** Of the archive, all ranges together. */
  readonly readBytes: number;
}

export interface PoolSettings {
  /** Started workers of each language that wait for a script, once there was one. */
  readonly warm: number;
  /** Without a script for this long, none is kept started. */
  readonly idleMs: number;
  /** Scripts that run at the same time. */
  readonly running: number;
  /** Scripts that wait for their turn; those beyond are refused. */
  readonly waiting: number;
  /** For a worker to start. */
  readonly startMs: number;
}

/** What confines a worker. All of it, but in tests that try each layer alone. */
export interface Layers {
  readonly kernel: boolean;
  readonly webAssembly: boolean;
}
