import { integer, text, type Values } from './fields.ts';

const queueUrl = { rule: 'the URL of a queue', pattern: /^$|^https?:\/\/[^\s/]+\/[^\s]+$/ };

/** For ASSAY_QUEUE=sqs, and for noticing uploads by the events of S3. */
export const sqsFields = {
  jobsUrl: text({
    variable: 'ASSAY_SQS_JOBS_URL',
    meaning:
      'The queue that tells workers of jobs: a standard queue of this registry alone. Needed with ASSAY_QUEUE=sqs.',
    default: '',
    ...queueUrl,
  }),
  deadUrl: text({
    variable: 'ASSAY_SQS_DEAD_URL',
    meaning:
      'The queue that is told of jobs that have given up, so that somebody can be alarmed; the jobs themselves stay in the records. Empty: none is told.',
    default: '',
    ...queueUrl,
  }),
  waitS: integer({
    variable: 'ASSAY_SQS_WAIT_S',
    meaning:
      'How long an idle worker waits for a message. As often it looks into the records for due jobs whose message was lost, or never sent.',
    default: 10,
    unit: 's',
    minimum: 1,
    maximum: 20,
  }),
  rescueAfterMs: integer({
    variable: 'ASSAY_SQS_RESCUE_AFTER_MS',
    meaning:
      'How long a job must have been due before its message counts as lost. Jobs that are due later than 15 minutes after they are queued are never told by messages.',
    default: 15_000,
    unit: 'ms',
    minimum: 0,
    maximum: 600_000,
  }),
  arrivalsUrl: text({
    variable: 'ASSAY_SQS_ARRIVALS_URL',
    meaning:
      'The queue to which S3, or EventBridge on its behalf, tells that objects have arrived in the incoming area. An upload whose bytes are all there is then completed although its client has never said so. Empty: nobody listens.',
    default: '',
    ...queueUrl,
  }),
  arrivalsAfterMs: integer({
    variable: 'ASSAY_SQS_ARRIVALS_AFTER_MS',
    meaning: 'How long after the arrival of its bytes an upload is left to its client to complete or abort.',
    default: 60_000,
    unit: 'ms',
    minimum: 0,
    maximum: 3_600_000,
  }),
};

export type SqsConfig = Values<typeof sqsFields>;
