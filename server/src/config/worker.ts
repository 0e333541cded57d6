import { integer, type Values } from './fields.ts';

export const workerFields = {
  concurrency: integer({
    variable: 'ASSAY_WORKER_CONCURRENCY',
    meaning: 'Jobs that one worker runs at the same time. Checks share the threads of ASSAY_CHECK_THREADS.',
    default: 4,
    minimum: 1,
    maximum: 64,
  }),
  pollMs: integer({
    variable: 'ASSAY_WORKER_POLL_MS',
    meaning: 'How often an idle worker looks for jobs.',
    default: 200,
    unit: 'ms',
    minimum: 10,
    maximum: 60_000,
  }),
};

export type WorkerConfig = Values<typeof workerFields>;
