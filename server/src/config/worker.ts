import { flag, integer, type Values } from './fields.ts';

export const workerFields = {
  inServer: flag({
    variable: 'ASSAY_WORKER_IN_SERVER',
    meaning:
      'Whether `serve` also works on jobs. `false` where workers run as processes of their own (`assay work`).',
    default: true,
  }),
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
  leaseMs: integer({
    variable: 'ASSAY_WORKER_LEASE_MS',
    meaning: 'After a crash of a worker its jobs are taken by others this much later, or after its restart.',
    default: 30_000,
    unit: 'ms',
    minimum: 500,
    maximum: 3_600_000,
  }),
  sweepEveryMs: integer({
    variable: 'ASSAY_SWEEP_EVERY_MS',
    meaning: 'How often, beside every start, content that no record knows of is looked for and removed.',
    default: 3_600_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 7 * 24 * 3_600_000,
  }),
  sweepGraceMs: integer({
    variable: 'ASSAY_SWEEP_GRACE_MS',
    meaning: 'Content younger than this is left alone by the sweep: it may be just about to be recorded.',
    default: 900_000,
    unit: 'ms',
    minimum: 0,
    maximum: 7 * 24 * 3_600_000,
  }),
  recheckPerHour: integer({
    variable: 'ASSAY_RECHECK_PER_HOUR',
    meaning:
      'How many published contents are queued in an hour, at most, to be checked again when the rules have changed. 0: none.',
    default: 600,
    minimum: 0,
    maximum: 1_000_000,
  }),
  recheckSweepEveryMs: integer({
    variable: 'ASSAY_RECHECK_SWEEP_EVERY_MS',
    meaning: 'How often, beside every start, content that the present rules have not seen is looked for.',
    default: 6 * 3_600_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 7 * 24 * 3_600_000,
  }),
};

export type WorkerConfig = Values<typeof workerFields>;
