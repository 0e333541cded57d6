import { getCompileCacheDir } from 'node:module';
import { Piscina } from 'piscina';
import type { ContentLocation } from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';
import type { CheckTask, CheckTasks, TaskOutcome } from './check-tasks.ts';
import { timeLimit } from './time-limit.ts';
import { type Line, Turns } from './turns.ts';

export interface ThreadSettings {
  readonly threads: number;
  /** JavaScript memory of one thread. */
  readonly threadMemoryMiB: number;
  /** What every task may take, and what it may take on top for each GiB of work. */
  readonly timeLimitMs: number;
  readonly timeLimitPerGibMs: number;
}

/** The answer of a task, or why there is none. */
export type Attempt<T> = { readonly answer: T } | { readonly incomplete: string };

/** Threads are kept for a while after the last task: starting one takes longer than checking a small package. */
const idleTimeoutMs = 30_000;

/** Runs tasks in threads, within time and memory. A thread that fails is replaced. */
export class TaskRunner {
  readonly #settings: ThreadSettings;
  readonly #pool: Piscina<CheckTask, TaskOutcome<unknown>>;
  readonly #turns: Turns;
  readonly #closing = new AbortController();

  /** `thread`: the file that a thread begins with, which finds `threadData`, plain data, as its `workerData`. */
  constructor(thread: URL, settings: ThreadSettings, threadData: unknown) {
    this.#settings = settings;
    this.#turns = new Turns(settings.threads);
    this.#pool = new Piscina({
      filename: thread.href,
      minThreads: 0,
      maxThreads: settings.threads,
      idleTimeout: idleTimeoutMs,
      // A thread that sleeps in Atomics.wait cannot finish what its last task left to the event loop.
      atomics: 'disabled',
      env: threadEnvironment(),
      workerData: threadData,
      resourceLimits: { maxOldGenerationSizeMb: settings.threadMemoryMiB, maxYoungGenerationSizeMb: 8 },
    });
    // Of a thread that fails while it runs a task, the task tells.
    this.#pool.on('error', () => {});
  }

  get threads(): number {
    return this.#settings.threads;
  }

  /** A line for the tasks of one examination. */
  line(): Line {
    return this.#turns.line();
  }

  /**
   * Waits its turn in `line`; `workBytes`, and what the task counts as work on top while it runs, scale the time limit,
   * which counts from then on. Rejects when `signal`
   * is aborted or the runner is closed, and with a `StorageError` when the content cannot be read.
   */
  run<Name extends keyof CheckTasks>(
    line: Line,
    content: ContentLocation,
    task: { task: Name } & CheckTasks[Name]['asked'],
    workBytes: number,
    signal: AbortSignal,
  ): Promise<Attempt<CheckTasks[Name]['answer']>> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    return line.take(async () => {
      either.throwIfAborted();
      const worked = new SharedArrayBuffer(8);
      const unforeseen = new BigInt64Array(worked);
      using limit = timeLimit(() => this.#timeLimitMs(workBytes + Number(Atomics.load(unforeseen, 0))));
      let outcome: TaskOutcome<unknown>;
      try {
        const signals = AbortSignal.any([either, limit.signal]);
        outcome = await this.#pool.run({ ...task, content, worked } as unknown as CheckTask, {
          signal: signals,
        });
      } catch (error) {
        either.throwIfAborted();
        if (limit.signal.aborted) return { incomplete: `It did not finish within ${limit.ms() / 1000} s.` };
        return { incomplete: failureOf(error, this.#settings) };
      }
      if ('storageFailure' in outcome) {
        const { storageFailure, transience, message } = outcome;
        throw new StorageError(storageFailure, message, undefined, { transience });
      }
      return outcome as { answer: CheckTasks[Name]['answer'] };
    });
  }

  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The examiner is closed.', 'AbortError'));
    await this.#pool.destroy();
  }

  #timeLimitMs(workBytes: number): number {
    const { timeLimitMs, timeLimitPerGibMs } = this.#settings;
    return Math.ceil(timeLimitMs + (workBytes / 1024 ** 3) * timeLimitPerGibMs);
  }
}

/**
 * All that a thread sees of the environment: what it works on comes from strangers, so it gets no secrets. Compiled
 * code is shared with this thread; otherwise each would load a TypeScript compiler, some 20 MB.
 */
function threadEnvironment(): Record<string, string> {
  const cache = getCompileCacheDir();
  return cache === undefined ? {} : { NODE_COMPILE_CACHE: cache };
}

function failureOf(error: unknown, settings: ThreadSettings): string {
  const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (isMemory) return `It needed more memory than the ${settings.threadMemoryMiB} MiB of a check thread.`;
  return `It crashed: ${error instanceof Error ? error.message : String(error)}.`;
}
