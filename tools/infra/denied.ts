// What nobody who runs the registry may do, tried with the roles that were made, each of it while permissions are enforced.
import { DeleteTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  DeleteBucketCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Credentials, Emulator } from './emulator.ts';

type Environment = Readonly<Record<string, string>>;

interface Attempt {
  readonly what: string;
  readonly make: () => Promise<unknown>;
}

/** In words, each attempt that was not refused for want of permission. */
export async function notDenied(
  emulator: Emulator,
  credentials: Credentials,
  environment: Environment,
  role: 'api' | 'worker' | 'validators' | 'host',
): Promise<string[]> {
  const failures: string[] = [];
  for (const { what, make } of attempts(emulator, credentials, environment, role)) {
    const outcome = await make().then(
      () => 'it was done',
      (error: unknown) => (isDenial(error) ? null : `it failed otherwise: ${error}`),
    );
    if (outcome !== null) failures.push(`${role}: ${what}: ${outcome}`);
  }
  return failures;
}

function isDenial(error: unknown): boolean {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode === 403 || /AccessDenied|Forbidden/.test(`${name} ${error}`);
}

// More than 60 lines: a list, which is read one attempt after the other.
function attempts(
  emulator: Emulator,
  credentials: Credentials,
  environment: Environment,
  role: string,
): Attempt[] {
  const { url } = emulator;
  const settings = {
    endpoint: url,
    region: environment.ASSAY_AWS_REGION ?? '',
    maxAttempts: 1,
    credentials: {
      accessKeyId: credentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
      sessionToken: credentials.AWS_SESSION_TOKEN,
    },
  };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const dynamodb = new DynamoDBClient(settings);
  const table = `${environment.ASSAY_DYNAMODB_TABLE_PREFIX}users`;
  const packages = environment.ASSAY_S3_BUCKET_PACKAGES ?? '';
  const of = (area: string) => environment[`ASSAY_S3_BUCKET_${area.toUpperCase()}`] ?? '';
  const secret = `${environment.ASSAY_SECRETS_PREFIX}session-keys.json`;
  // Where secrets in records are not sealed with a key of KMS, there is still that of the buckets.
  const key = environment.ASSAY_KMS_KEY ?? environment.ASSAY_S3_KMS_KEY;
  const nobody: Attempt[] = [
    { what: 'remove a bucket', make: () => s3.send(new DeleteBucketCommand({ Bucket: packages })) },
    {
      what: 'open a bucket',
      make: () => s3.send(new PutBucketPolicyCommand({ Bucket: packages, Policy: '{}' })),
    },
    {
      what: 'write outside of its areas',
      make: () => s3.send(new PutObjectCommand({ Bucket: packages, Key: 'elsewhere', Body: 'x' })),
    },
    { what: 'remove a table', make: () => dynamodb.send(new DeleteTableCommand({ TableName: table })) },
    { what: 'read a whole table', make: () => dynamodb.send(new ScanCommand({ TableName: table })) },
    {
      what: 'delete a key',
      make: () => new KMSClient(settings).send(new ScheduleKeyDeletionCommand({ KeyId: key })),
    },
    {
      what: 'delete a secret',
      make: () => new SecretsManagerClient(settings).send(new DeleteSecretCommand({ SecretId: secret })),
    },
    {
      what: 'empty a queue',
      make: () =>
        new SQSClient(settings).send(
          new PurgeQueueCommand({ QueueUrl: environment.ASSAY_SQS_JOBS_URL ?? `${url}/123456789012/none` }),
        ),
    },
  ];
  const queried = [
    {
      what: 'widen its own rights',
      service: 'iam',
      parameters: { Action: 'PutRolePolicy', RoleName: 'any', PolicyName: 'more', PolicyDocument: '{}' },
    },
    {
      what: 'become somebody else',
      service: 'sts',
      parameters: {
        Action: 'AssumeRole',
        RoleArn: 'arn:aws:iam::123456789012:role/any',
        RoleSessionName: 'more',
      },
    },
    {
      what: 'delete a database',
      service: 'rds',
      parameters: { Action: 'DeleteDBInstance', DBInstanceIdentifier: 'any', SkipFinalSnapshot: 'true' },
    },
    {
      what: 'end a host',
      service: 'ec2',
      parameters: { Action: 'TerminateInstances', 'InstanceId.1': 'i-12345678901234567' },
    },
  ];
  nobody.push(
    ...queried.map(({ what, service, parameters }) => ({
      what,
      make: () => emulator.query(service, parameters, credentials),
    })),
  );
  const publish = {
    what: 'publish past the checks',
    make: () =>
      s3.send(new PutObjectCommand({ Bucket: packages, Key: 'packages/sha256/00/00/x', Body: 'x' })),
  };
  const read = {
    what: 'read content',
    make: () => s3.send(new GetObjectCommand({ Bucket: of('incoming'), Key: 'incoming/x' })),
  };
  if (role === 'api') return [...nobody, publish];
  return role === 'validators' ? [...nobody, publish, read] : nobody;
}
