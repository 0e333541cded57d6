import type { Logger } from 'pino';
import type { WorkerConfig } from './config/index.ts';
import type { Telemetry } from './core/health/index.ts';
import { jobHandlers } from './worker/handlers.ts';
import type { WorkerPorts } from './worker/ports.ts';
import { type JobOutcome, Worker } from './worker/worker.ts';

/** Starts taking jobs; every run is logged. */
export function startWorker(ports: WorkerPorts, settings: WorkerConfig, logger: Logger): Worker {
  const worker = new Worker(ports, jobHandlers, settings, (told) => {
    measure(ports.telemetry, told);
    log(logger, told);
  });
  worker.start();
  queueSweeps(ports, settings, logger);
  return worker;
}

/** At the start, when a crash may just have happened, and from time to time; several workers queue one sweep. */
function queueSweeps({ clock, commit }: WorkerPorts, { sweepEveryMs }: WorkerConfig, logger: Logger): void {
  const queue = () => {
    const job = { id: 'sweep-content', kind: 'sweep-content', payload: {}, runAt: clock.now() } as const;
    commit([{ change: 'job.queue', job }]).catch((error) =>
      logger.warn({ err: error }, 'no sweep was queued'),
    );
  };
  queue();
  setInterval(queue, sweepEveryMs).unref();
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
