import { integer, type Values } from './fields.ts';

/** How the registry bears with engines on other machines. Embedded ones (SQLite, the file system) are not concerned. */
export const resilienceFields = {
  readTimeoutMs: integer({
    variable: 'ASSAY_ENGINE_READ_TIMEOUT_MS',
    meaning:
      'How long a keyed read of records, or the look at one object, may take before it counts as failed. As with all of these, repetitions are included.',
    default: 2_000,
    unit: 'ms',
    minimum: 50,
    maximum: 600_000,
  }),
  listTimeoutMs: integer({
    variable: 'ASSAY_ENGINE_LIST_TIMEOUT_MS',
    meaning: 'How long a page of a list, a search or a count may take.',
    default: 10_000,
    unit: 'ms',
    minimum: 50,
    maximum: 600_000,
  }),
  commitTimeoutMs: integer({
    variable: 'ASSAY_ENGINE_COMMIT_TIMEOUT_MS',
    meaning: 'How long writing records may take.',
    default: 10_000,
    unit: 'ms',
    minimum: 50,
    maximum: 600_000,
  }),
  beginTimeoutMs: integer({
    variable: 'ASSAY_ENGINE_BEGIN_TIMEOUT_MS',
    meaning: 'How long it may take until the bytes of an object begin to come.',
    default: 10_000,
    unit: 'ms',
    minimum: 50,
    maximum: 600_000,
  }),
  bulkTimeoutMs: integer({
    variable: 'ASSAY_ENGINE_BULK_TIMEOUT_MS',
    meaning: 'How long writing, joining or copying the bytes of a whole package may take.',
    default: 3_600_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 86_400_000,
  }),
  requestCalls: integer({
    variable: 'ASSAY_ENGINE_REQUEST_CALLS',
    meaning:
      'Calls for requests that one engine gets from this process at the same time. Transfers of whole packages do not count.',
    default: 64,
    minimum: 1,
    maximum: 100_000,
  }),
  workerCalls: integer({
    variable: 'ASSAY_ENGINE_WORKER_CALLS',
    meaning: 'The same for jobs. Neither side can take the places of the other.',
    default: 16,
    minimum: 1,
    maximum: 100_000,
  }),
  waitingCalls: integer({
    variable: 'ASSAY_ENGINE_WAITING_CALLS',
    meaning: 'Calls of each side that may wait for a place; further ones fail at once.',
    default: 256,
    minimum: 0,
    maximum: 1_000_000,
  }),
  waitMs: integer({
    variable: 'ASSAY_ENGINE_WAIT_MS',
    meaning: 'How long a call may wait for a place, besides the time that it may take itself.',
    default: 5_000,
    unit: 'ms',
    minimum: 0,
    maximum: 600_000,
  }),
  breakerFailures: integer({
    variable: 'ASSAY_ENGINE_BREAKER_FAILURES',
    meaning:
      'After so many calls in a row that an engine did not answer it is not asked for a while: calls to it fail at once.',
    default: 5,
    minimum: 1,
    maximum: 100_000,
  }),
  breakerPauseMs: integer({
    variable: 'ASSAY_ENGINE_BREAKER_PAUSE_MS',
    meaning:
      'How long an engine that did not answer is left alone before one call tries again; twice as long after each try in vain.',
    default: 1_000,
    unit: 'ms',
    minimum: 10,
    maximum: 600_000,
  }),
  breakerLongestPauseMs: integer({
    variable: 'ASSAY_ENGINE_BREAKER_LONGEST_PAUSE_MS',
    meaning: 'The longest that it is left alone, and so the longest until its return is noticed.',
    default: 15_000,
    unit: 'ms',
    minimum: 10,
    maximum: 600_000,
  }),
  retries: integer({
    variable: 'ASSAY_ENGINE_RETRIES',
    meaning:
      'How often a call to PostgreSQL that failed is repeated, where repeating it does no harm. Calls to AWS and to any S3 are repeated by rules of their own (ASSAY_AWS_ATTEMPTS).',
    default: 2,
    minimum: 0,
    maximum: 10,
  }),
  retryDelayMs: integer({
    variable: 'ASSAY_ENGINE_RETRY_DELAY_MS',
    meaning: 'The most that is waited before the first repetition, by chance; twice as much before the next.',
    default: 100,
    unit: 'ms',
    minimum: 0,
    maximum: 60_000,
  }),
  retryPercent: integer({
    variable: 'ASSAY_ENGINE_RETRY_PERCENT',
    meaning:
      'How many repetitions there may be in the long run, as a share of all calls: so that an engine in trouble is not pushed further down.',
    default: 10,
    unit: '%',
    minimum: 0,
    maximum: 100,
  }),
};

export type ResilienceConfig = Values<typeof resilienceFields>;
