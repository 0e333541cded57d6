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
  return worker;
}

const measured = { finished: 'finished', failed: 'again', dead: 'dead' } as const;

function measure(telemetry: Telemetry, { job, outcome, durationMs }: JobOutcome): void {
  if (outcome === 'lease-lost' || outcome === 'stopped') return;
  telemetry.jobEnded(job.kind, measured[outcome], durationMs / 1000);
}

function log(logger: Logger, { job, outcome, durationMs, error }: JobOutcome): void {
  const level = outcome === 'finished' ? 'info' : outcome === 'dead' ? 'error' : 'warn';
  const told = { jobId: job.id, kind: job.kind, attempt: job.attempt, durationMs: Math.round(durationMs) };
  logger[level]({ ...told, outcome, ...(error !== undefined && { err: error }) }, `job ${outcome}`);
}
