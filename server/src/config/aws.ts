import { integer, text, type Values } from './fields.ts';

/** What every AWS service that is chosen shares. Credentials come from the usual chain of AWS' programs. */
export const awsFields = {
  region: text({
    variable: 'ASSAY_AWS_REGION',
    meaning: 'The AWS region of every service that is used. Needed as soon as one is.',
    default: '',
  }),
  endpoint: text({
    variable: 'ASSAY_AWS_ENDPOINT',
    meaning:
      'Where AWS services are reached instead of their public addresses: an emulator or a private endpoint. S3 has one of its own.',
    default: '',
    rule: 'an http or https URL',
    pattern: /^$|^https?:\/\/[^\s]+$/,
  }),
  roleArn: text({
    variable: 'ASSAY_AWS_ROLE_ARN',
    meaning: 'The role to assume with the credentials that were found. Empty: none.',
    default: '',
    rule: 'the ARN of an IAM role',
    pattern: /^$|^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  }),
  connectTimeoutMs: integer({
    variable: 'ASSAY_AWS_CONNECT_TIMEOUT_MS',
    meaning: 'How long connecting to an AWS service may take.',
    default: 2_000,
    unit: 'ms',
    minimum: 50,
    maximum: 60_000,
  }),
  requestTimeoutMs: integer({
    variable: 'ASSAY_AWS_REQUEST_TIMEOUT_MS',
    meaning: 'How long one try of a request to an AWS service may take until its answer begins.',
    default: 10_000,
    unit: 'ms',
    minimum: 100,
    maximum: 600_000,
  }),
  attempts: integer({
    variable: 'ASSAY_AWS_ATTEMPTS',
    meaning: 'How often a request to an AWS service is tried, with growing and random waits in between.',
    default: 4,
    minimum: 1,
    maximum: 10,
  }),
};

export type AwsConfig = Values<typeof awsFields>;
