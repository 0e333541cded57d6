// Values that are each allowed and do not go together. A rule answers with what is wrong and what to do, or null.
import type { Config } from './index.ts';

type Rule = (config: Config) => string | null;

const rules: readonly Rule[] = [
  ({ sandbox }) =>
    sandbox.runnerUrl !== '' && sandbox.runnerSecret === ''
      ? 'ASSAY_VALIDATOR_RUNNER_SECRET must be set, because ASSAY_VALIDATOR_RUNNER_URL asks a process that knows us by it.'
      : null,
  ({ server }) =>
    server.clientAddressHeader !== '' && server.trustedProxies.length === 0
      ? 'ASSAY_TRUSTED_PROXIES must name the proxies, because ASSAY_CLIENT_ADDRESS_HEADER is believed of nobody else.'
      : null,
  // A file is found by its name, which is a key there.
  ({ engines, checks }) =>
    engines.records === 'dynamodb' && checks.maximumNameBytes > 1_024
      ? 'ASSAY_CHECK_NAME_BYTES must be at most 1024, because ASSAY_RECORDS=dynamodb keeps no longer names.'
      : null,
  ({ engines, aws, sqs }) => {
    const used = usesAws(engines) ?? (sqs.arrivalsUrl === '' ? null : 'ASSAY_SQS_ARRIVALS_URL');
    return used === null || aws.region !== ''
      ? null
      : `ASSAY_AWS_REGION must be set, because ${used} needs AWS.`;
  },
  ({ engines }) =>
    engines.queue === 'sqs' && engines.records === 'sqlite'
      ? 'ASSAY_QUEUE=sqs needs records that several machines share: set ASSAY_RECORDS to postgres or dynamodb, or leave the queue to the records.'
      : null,
  ({ engines, postgres }) =>
    engines.records === 'postgres' && postgres.authentication === 'iam' && postgres.tls === 'disable'
      ? 'ASSAY_POSTGRES_TLS must not be disable, because ASSAY_POSTGRES_AUTHENTICATION=iam needs TLS.'
      : null,
  ({ engines, postgres, aws }) =>
    engines.records === 'postgres' && postgres.authentication === 'iam' && aws.region === ''
      ? 'ASSAY_AWS_REGION must be set, because ASSAY_POSTGRES_AUTHENTICATION=iam needs AWS.'
      : null,
  ({ engines, sqs }) =>
    engines.queue === 'sqs' && sqs.jobsUrl === ''
      ? 'ASSAY_SQS_JOBS_URL must name the queue, because ASSAY_QUEUE=sqs needs it.'
      : null,
  ({ engines, encryption }) =>
    engines.encryption === 'kms' && encryption.kmsKey === ''
      ? 'ASSAY_KMS_KEY must name the key, because ASSAY_ENCRYPTION=kms needs it.'
      : null,
  ({ engines, announce }) =>
    engines.announce === 'sns' && announce.topicArn === ''
      ? 'ASSAY_ANNOUNCE_TOPIC_ARN must name the topic, because ASSAY_ANNOUNCE=sns needs it.'
      : null,
  ({ engines, s3 }) => {
    if (engines.content !== 's3' || s3.bucket !== '') return null;
    const without = [
      s3.incomingBucket,
      s3.packagesBucket,
      s3.quarantineBucket,
      s3.processedBucket,
      s3.validatorsBucket,
      s3.logsBucket,
      s3.backupsBucket,
    ].includes('');
    return without
      ? 'ASSAY_S3_BUCKET must name the bucket of the areas without one of their own, because ASSAY_CONTENT=s3 needs it.'
      : null;
  },
  ({ engines, s3, aws }) =>
    engines.content === 's3' && s3.endpoint === '' && s3.region === '' && aws.region === ''
      ? 'ASSAY_AWS_REGION or ASSAY_S3_REGION must be set, because ASSAY_CONTENT=s3 without ASSAY_S3_ENDPOINT is S3 of AWS.'
      : null,
  ({ engines, s3 }) =>
    engines.content === 's3' && s3.encryption === 'kms' && s3.kmsKey === ''
      ? 'ASSAY_S3_KMS_KEY must name the key, because ASSAY_S3_ENCRYPTION=kms needs it.'
      : null,
  ({ engines, sqs }) =>
    sqs.arrivalsUrl !== '' && engines.content !== 's3'
      ? 'ASSAY_SQS_ARRIVALS_URL is for content on S3: set ASSAY_CONTENT=s3, or leave it out.'
      : null,
];

/** The choice that needs AWS, as `VARIABLE=value`, or null. S3 alone may be anybody's. */
function usesAws({ records, queue, secrets, encryption, announce }: Config['engines']): string | null {
  if (records === 'dynamodb') return 'ASSAY_RECORDS=dynamodb';
  if (queue === 'sqs') return 'ASSAY_QUEUE=sqs';
  if (secrets === 'secrets-manager') return 'ASSAY_SECRETS=secrets-manager';
  if (encryption === 'kms') return 'ASSAY_ENCRYPTION=kms';
  if (announce !== 'none') return `ASSAY_ANNOUNCE=${announce}`;
  return null;
}

export function combinationProblems(config: Config): string[] {
  return rules.map((rule) => rule(config)).filter((problem) => problem !== null);
}
