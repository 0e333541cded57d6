// Workers of one language. Each runs one script; some are started beforehand, so that the next script need not wait.
import type { WorkerProcess } from './worker-process.ts';

export interface WorkerPoolSettings {
  /** Started workers that wait, once there was a script. */
  readonly warm: number;
  readonly idleMs: number;
}

export class WorkerPool {
  readonly #start: () => Promise<WorkerProcess>;
  readonly #settings: WorkerPoolSettings;
  readonly #waiting: Promise<WorkerProcess>[] = [];
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  /** `start` resolves with a worker that is ready. */
  constructor(start: () => Promise<WorkerProcess>, settings: WorkerPoolSettings) {
    this.#start = start;
    this.#settings = settings;
  }

  /** A worker that is the caller's to end. Rejects when none starts. */
  async take(): Promise<WorkerProcess> {
    const waiting = this.#waiting.shift();
    const taken = waiting === undefined ? null : await livingOf(waiting);
    return taken ?? (await this.#start());
  }

  /** Starts what shall wait. After a while without another call they are ended again. */
  replenish(): void {
    if (this.#closed) return;
    while (this.#waiting.length < this.#settings.warm) {
      const starting = this.#start();
      // Whoever takes it is told; nobody else has to be.
      starting.catch(() => {});
      this.#waiting.push(starting);
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#dismiss(), this.#settings.idleMs).unref();
  }

  /** Resolves when those that wait are started, or have failed to. */
  async warmed(): Promise<void> {
    await Promise.allSettled(this.#waiting);
  }

  /** Ends those that wait, and starts no more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    await this.#dismiss();
  }

  async #dismiss(): Promise<void> {
    await Promise.allSettled(
      this.#waiting.splice(0).map(async (starting) => {
        const worker = await starting;
        await worker.end();
      }),
    );
  }
}

/** Null when it did not start, or has ended while it waited. */
async function livingOf(starting: Promise<WorkerProcess>): Promise<WorkerProcess | null> {
  const worker = await starting.catch(() => null);
  return worker === null || worker.hasEnded ? null : worker;
}
