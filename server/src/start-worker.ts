import type { Logger } from 'pino';
import type { WorkerConfig } from './config/index.ts';
import type { TreeKeeper } from './core/audit/index.ts';
import type { Telemetry, Tracer } from './core/health/index.ts';
import { tellReviewEvery } from './tell-review.ts';
import { noteOutcome, traceJobs } from './trace-jobs.ts';
import type { Arrivals } from './wiring/arrivals.ts';
import { ArrivalListener } from './worker/arrival-listener.ts';
import { jobHandlers } from './worker/handlers.ts';
import type { WorkerPorts } from './worker/ports.ts';
import { type JobOutcome, Worker } from './worker/worker.ts';

export interface StartedWorker {
  /** The last time the queue answered; null before the first. */
  readonly lastSeenAt: Date | null;
  /** Takes no more jobs, waits up to `graceMs` for the running ones, then aborts them. */
  stop(graceMs: number): Promise<void>;
}

const tellReviewMs = 300_000;

/** Starts taking jobs, every run of which is logged, keeping the audit tree, and listening to arrivals where there are any. */
export function startWorker(
  ports: WorkerPorts,
  settings: WorkerConfig,
  {
    arrivals,
    treeKeeper,
    tracer,
  }: { readonly arrivals: Arrivals | null; readonly treeKeeper: TreeKeeper; readonly tracer: Tracer | null },
  logger: Logger,
): StartedWorker {
  const tell = (told: JobOutcome) => {
    measure(ports.telemetry, told);
    if (tracer !== null) noteOutcome(tracer, told);
    log(logger, told);
  };
  const worker = new Worker(
    ports,
    jobHandlers,
    settings,
    tell,
    tracer === null ? undefined : traceJobs(tracer),
  );
  worker.start();
  treeKeeper.start();
  queueEvery(ports, 'sweep-content', settings.sweepEveryMs, logger);
  queueEvery(ports, 'sweep-verdicts', settings.recheckSweepEveryMs, logger);
  // Not only at the start: processes of an earlier release may go on publishing for a while.
  queueEvery(ports, 'fill-in-hallmarks', settings.recheckSweepEveryMs, logger);
  const review = tellReviewEvery(ports, tellReviewMs, logger);
  const listener = arrivals === null ? null : listenTo(arrivals, ports, logger);
  return {
    get lastSeenAt() {
      return worker.lastSeenAt;
    },
    async stop(graceMs) {
      await Promise.all([worker.stop(graceMs), listener?.stop(), treeKeeper.stop(), review.stop()]);
    },
  };
}

function listenTo({ notices, leaveMs }: Arrivals, ports: WorkerPorts, logger: Logger): ArrivalListener {
  const listener = new ArrivalListener(ports, notices, { leaveMs, pauseMs: 5_000 }, (problem, cause) =>
    logger.warn({ err: cause }, problem),
  );
  listener.start();
  return listener;
}

/** At the start, when a crash may just have happened, and from time to time; several workers queue one sweep. */
function queueEvery(
  { clock, commit }: WorkerPorts,
  kind: 'sweep-content' | 'sweep-verdicts' | 'fill-in-hallmarks',
  everyMs: number,
  logger: Logger,
): void {
  const queue = () => {
    const job = { id: kind, kind, payload: {}, runAt: clock.now() };
    commit([{ change: 'job.queue', job }]).catch((error) =>
      logger.warn({ err: error, kind }, 'no sweep was queued'),
    );
  };
  queue();
  setInterval(queue, everyMs).unref();
}

const measured = { finished: 'finished', failed: 'again', postponed: 'again', dead: 'dead' } as const;

function measure(telemetry: Telemetry, { job, outcome, durationMs }: JobOutcome): void {
  if (outcome === 'lease-lost' || outcome === 'stopped') return;
  telemetry.jobEnded(job.kind, measured[outcome], durationMs / 1000);
}

function log(logger: Logger, { job, outcome, durationMs, error }: JobOutcome): void {
  const level = outcome === 'finished' ? 'info' : outcome === 'dead' ? 'error' : 'warn';
  const told = { jobId: job.id, kind: job.kind, attempt: job.attempt, durationMs: Math.round(durationMs) };
  logger[level]({ ...told, outcome, ...(error !== undefined && { err: error }) }, `job ${outcome}`);
}
