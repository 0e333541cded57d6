import { during, type Tracer } from './core/health/index.ts';
import type { AroundJob, JobOutcome } from './worker/worker.ts';

/** Each run of a job as a trace of its own. Its id is noted, and with the commit that has queued it. */
export function traceJobs(tracer: Tracer): AroundJob {
  return async (job, run) => {
    const payload = Object.entries(job.payload).map(([name, value]) => [`assay.job.payload.${name}`, value]);
    const span = tracer.begin(job.kind, 'job', {
      'assay.job.id': job.id,
      'assay.job.attempt': job.attempt,
      ...Object.fromEntries(payload),
    });
    await (span === null ? run() : during(span, run));
  };
}

/** To be told while the job's span goes on. */
export function noteOutcome(tracer: Tracer, { outcome, error }: JobOutcome): void {
  const span = tracer.current();
  span?.note({ 'assay.job.outcome': outcome });
  if (error !== undefined) span?.fail(error);
}
