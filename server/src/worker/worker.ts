// Takes due jobs, one lease each, and runs their handlers; several workers on the same queue share the work.
import { setTimeout as wait } from 'node:timers/promises';
import { backOffMs, type JobKind, jobKinds, type LeasedJob } from '../core/jobs/index.ts';
import type { JobHandler } from './job-handler.ts';
import type { WorkerPorts } from './ports.ts';
import { isOutage, longestOutageMs, RestingKinds } from './resting-kinds.ts';

export interface WorkerSettings {
  /** Jobs that run at the same time. */
  readonly concurrency: number;
  /** How often an idle worker asks the queue. */
  readonly pollMs: number;
  /** A lease is this long and prolonged while the job runs; after a crash others wait this long. */
  readonly leaseMs: number;
}

/** What became of a run, for logs and metrics. */
export interface JobOutcome {
  readonly job: LeasedJob;
  readonly outcome: 'finished' | 'failed' | 'dead' | 'lease-lost' | 'stopped' | 'postponed'; // by an outage, which is no attempt
  readonly durationMs: number;
  readonly error?: unknown;
}

/** Runs a job, and does something before and after it; `run` never rejects. */
export type AroundJob = (job: LeasedJob, run: () => Promise<void>) => Promise<void>;

export class Worker {
  readonly #ports: WorkerPorts;
  readonly #handlers: ReadonlyMap<JobKind, JobHandler>;
  readonly #settings: WorkerSettings;
  readonly #tell: (outcome: JobOutcome) => void;
  readonly #around: AroundJob;
  readonly #stopping = new AbortController();
  readonly #resting = new RestingKinds();
  readonly #running = new Map<Promise<void>, AbortController>();
  #loop: Promise<void> = Promise.resolve();
  /** Somebody has called since the queue was last asked. */
  #woken = false;
  #endPause: () => void = () => {};
  /** The last time the queue answered; null before the first. */
  lastSeenAt: Date | null = null;

  /** Throws when a kind of job has no handler, or two. */
  constructor(
    ports: WorkerPorts,
    handlers: readonly JobHandler[],
    settings: WorkerSettings,
    tell: (outcome: JobOutcome) => void,
    around: AroundJob = (_job, run) => run(),
  ) {
    this.#ports = ports;
    this.#handlers = oneHandlerPerKind(handlers);
    this.#settings = settings;
    this.#tell = tell;
    this.#around = around;
  }

  start(): void {
    this.#loop = this.#takeJobs();
  }

  /** Looks at the queue now instead of at the next poll. */
  wake(): void {
    this.#woken = true;
    this.#endPause();
  }

  /** Takes no more jobs, waits up to `graceMs` for the running ones, then aborts them; they run again later. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#loop;
    const all = Promise.allSettled(this.#running.keys());
    const timer = setTimeout(() => {
      for (const running of this.#running.values()) running.abort(new Error('the worker stops'));
    }, graceMs);
    await all;
    clearTimeout(timer);
  }

  async #takeJobs(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#woken = false;
      const job = this.#running.size < this.#settings.concurrency ? await this.#lease() : null;
      if (job !== null) this.#launch(job);
      else if (!this.#woken) await this.#pause();
    }
  }

  async #lease(): Promise<LeasedJob | null> {
    try {
      const { clock, jobs } = this.#ports;
      const kinds = this.#resting.awake(this.#handlers.keys(), clock.now());
      if (kinds.length === 0) return null;
      const job = await jobs.lease(kinds, clock.now(), this.#settings.leaseMs, this.#stopping.signal);
      this.lastSeenAt = clock.now();
      return job;
    } catch {
      // The queue does not answer; it shows in `lastSeenAt`, and the next poll tries again.
      return null;
    }
  }

  /** Until the next poll, a wake-up, or a place that becomes free. */
  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#settings.pollMs);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #launch(job: LeasedJob): void {
    const aborter = new AbortController();
    const run = this.#around(job, () => this.#run(job, aborter)).finally(() => {
      this.#running.delete(run);
      this.wake();
    });
    this.#running.set(run, aborter);
  }

  async #run(job: LeasedJob, aborter: AbortController): Promise<void> {
    const handler = this.#handlers.get(job.kind);
    if (handler === undefined) return;
    const startedAt = performance.now();
    const tell = (outcome: JobOutcome['outcome'], error?: unknown) =>
      this.#tell({
        job,
        outcome,
        durationMs: performance.now() - startedAt,
        ...(error !== undefined && { error }),
      });
    const heartbeat = this.#keepLease(job, aborter);
    try {
      if (job.attempt > handler.attempts) throw new Error('its worker ended without a word, again and again');
      await handler.run(this.#ports, job, aborter.signal);
      this.#resting.end(job.kind);
      tell((await this.#insist(() => this.#ports.jobs.finish(job))) ? 'finished' : 'lease-lost');
    } catch (error) {
      await this.#failed(job, handler, error, aborter.signal)
        .then((outcome) => tell(outcome, error))
        // The queue does not answer: the lease runs out, and the job is taken again.
        .catch(() => tell('lease-lost', error));
    } finally {
      clearInterval(heartbeat);
    }
  }

  /**
   * Tells the queue what became of a job, again and again while the queue is away: it may lie in the very engine that
   * the job has met away, and what it is not told costs the job an attempt.
   */
  async #insist(tellQueue: () => Promise<boolean>): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      try {
        return await tellQueue();
      } catch (error) {
        if (!isOutage(error)) throw error;
        const { signal } = this.#stopping;
        await wait(Math.min(100 * 2 ** tries, 5_000), undefined, { signal }).catch(() => {});
        if (signal.aborted) throw error;
      }
    }
  }

  /** Prolongs the lease while the job runs; when it is lost, the job is aborted. */
  #keepLease(job: LeasedJob, aborter: AbortController): NodeJS.Timeout {
    const { leaseMs } = this.#settings;
    return setInterval(async () => {
      const until = new Date(this.#ports.clock.now().getTime() + leaseMs);
      // A queue that does not answer has not said that the lease is lost.
      const kept = await this.#ports.jobs.prolong(job, until).catch(() => true);
      if (!kept) aborter.abort(new Error('the lease is lost'));
    }, leaseMs / 3);
  }

  async #failed(
    job: LeasedJob,
    handler: JobHandler,
    error: unknown,
    signal: AbortSignal,
  ): Promise<JobOutcome['outcome']> {
    const { clock, randomness, jobs } = this.#ports;
    const now = clock.now();
    const failure = (error instanceof Error ? error.message : String(error)).slice(0, 2_000);
    const random = randomness.bytes(4).readUInt32BE() / 2 ** 32;
    const later = new Date(now.getTime() + backOffMs(job.attempt, random));
    if (signal.aborted) {
      const kept = this.#stopping.signal.aborted && (await jobs.giveBack(job, now));
      return kept ? 'stopped' : 'lease-lost';
    }
    if (isOutage(error)) {
      const until = this.#resting.rest(job.kind, now, random);
      if (now.getTime() - job.runAt.getTime() < longestOutageMs) {
        return (await this.#insist(() => jobs.giveBack(job, until))) ? 'postponed' : 'lease-lost';
      }
    }
    if (job.attempt < handler.attempts) {
      return (await jobs.fail(job, failure, later, now)) ? 'failed' : 'lease-lost';
    }
    try {
      await handler.giveUp?.(this.#ports, job, failure);
    } catch {
      // What must be said before the job may rest could not be said: it is said later.
      return (await jobs.fail(job, failure, later, now)) ? 'failed' : 'lease-lost';
    }
    return (await jobs.fail(job, failure, null, now)) ? 'dead' : 'lease-lost';
  }
}

function oneHandlerPerKind(handlers: readonly JobHandler[]): ReadonlyMap<JobKind, JobHandler> {
  const byKind = new Map(handlers.map((handler) => [handler.kind, handler]));
  const missing = jobKinds.filter((kind) => !byKind.has(kind));
  if (missing.length > 0) throw new Error(`No handler for the jobs ${missing.join(', ')}`);
  if (byKind.size < handlers.length) throw new Error('Two handlers for one kind of job');
  return byKind;
}
