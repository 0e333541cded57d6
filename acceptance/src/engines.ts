// What the registries under test lie on. `ACCEPTANCE_ENGINES` chooses for all of them: `embedded` (the data folder; the
// default), `postgres-s3` or `dynamodb-s3-sqs`, on the servers that the test runner has started. Every data folder stands
// for a registry with a database, buckets and a queue of its own, which are removed with the folder.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { type Answer, refused } from './call.ts';

type Environment = Readonly<Record<string, string>>;

export type EnginesName = 'embedded' | 'postgres-s3' | 'dynamodb-s3-sqs' | 'given';

/** What one registry lies on. */
export interface Installation {
  readonly environment: Environment;
  /** `<area>/<path>` of everything that is stored of content, unfinished parts too; null: it lies in the data folder. */
  readonly stored: (() => Promise<string[]>) | null;
  remove(): Promise<void>;
}

export const enginesName = chosen(process.env.ACCEPTANCE_ENGINES ?? 'embedded');

/** For the options of a test that looks into the data folder itself: false, or why it is skipped. */
export const onlyEmbedded: string | false =
  enginesName === 'embedded' ? false : `is about the data folder, which ${enginesName} leaves empty`;

/** For tests about several API processes, of which one may receive into a data folder: false, or why they are skipped. */
export const notEmbedded: string | false =
  enginesName === 'embedded' ? 'several API processes need engines beside the data folder' : false;

/** For what only addresses of the registry itself promise: false, or why it is skipped. */
export const ownAddresses: string | false =
  enginesName === 'embedded' ? false : 'is promised by addresses of the registry, not by those of S3';

/**
 * Makes sure that an address for content refuses: by the registry with this status and code, and this in its detail;
 * by S3 with any status that is not a success, and no words that could be relied on.
 */
export async function refusedThere(
  answering: Promise<Answer<unknown>>,
  status: number,
  code: string,
  ...told: readonly string[]
): Promise<void> {
  if (ownAddresses !== false) {
    const answer = await answering;
    assert.ok(answer.status >= 400 && answer.status < 500, `answered ${answer.status}: ${answer.text}`);
    return;
  }
  const { detail } = await refused(answering, status, code);
  for (const part of told) assert.ok(detail.includes(part), detail);
}

/** What the strong ETag of served content must look like: the digest, where S3 does not make one of its own. */
export function etagOf(digest: string): RegExp {
  return enginesName === 'embedded' ? new RegExp(`^"${digest}"$`) : /^"[^"]+"$/;
}

function chosen(given: string): EnginesName {
  if (given === 'embedded' || given === 'postgres-s3' || given === 'dynamodb-s3-sqs') return given;
  if (given === 'given') return given;
  throw new Error(
    `ACCEPTANCE_ENGINES is ${JSON.stringify(given)}; it must be embedded, postgres-s3 or dynamodb-s3-sqs.`,
  );
}

const installations = new Map<string, Promise<Installation>>();

/** That of the registry in this data folder: the same for every process of it. */
export function installationOf(dataFolder: string): Promise<Installation> {
  let installation = installations.get(dataFolder);
  if (installation === undefined) {
    // A name that any engine takes; another one for every folder.
    const name = `acc${createHash('sha256').update(dataFolder).digest('hex').slice(0, 20)}`;
    installation = makers[enginesName](name);
    installations.set(dataFolder, installation);
  }
  return installation;
}

/** One on a chosen set of engines, with a name that any engine takes; whoever asks for it removes it. */
export function installationOn(engines: EnginesName, name: string): Promise<Installation> {
  return makers[engines](name);
}

export async function removeInstallations(): Promise<void> {
  const made = await Promise.all(installations.values());
  installations.clear();
  for (const installation of made) await installation.remove();
}

const makers: Readonly<Record<EnginesName, (name: string) => Promise<Installation>>> = {
  embedded: async () => ({ environment: {}, stored: null, remove: async () => {} }),
  'postgres-s3': (name) => together([postgres(name), buckets(name)]),
  given: async () => given(JSON.parse(started('ACCEPTANCE_ENVIRONMENT'))),
  'dynamodb-s3-sqs': (name) => together([dynamodb(name), buckets(name), queue(name), keys(name)]),
};

async function together(parts: readonly Promise<Installation>[]): Promise<Installation> {
  const made = await Promise.all(parts);
  return {
    environment: Object.assign({}, ...made.map((part) => part.environment)),
    stored: made.find((part) => part.stored !== null)?.stored ?? null,
    remove: async () => {
      for (const part of made) await part.remove();
    },
  };
}

async function postgres(name: string): Promise<Installation> {
  const { host, port, user, password } = JSON.parse(started('TEST_POSTGRES'));
  const administer = async (statement: string) => {
    const client = new pg.Client({ host, port, user, password, database: 'postgres' });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await administer(`CREATE DATABASE ${name}`);
  return {
    environment: {
      ASSAY_RECORDS: 'postgres',
      ASSAY_POSTGRES_HOST: host,
      ASSAY_POSTGRES_PORT: `${port}`,
      ASSAY_POSTGRES_DATABASE: name,
      ASSAY_POSTGRES_USER: user,
      ASSAY_POSTGRES_PASSWORD: password,
      ASSAY_POSTGRES_TLS: 'disable',
    },
    stored: null,
    remove: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

const region = 'us-east-1';

/** One bucket an area, made by the registry itself. */
async function buckets(name: string): Promise<Installation> {
  const endpoint = started('S3_CEPH_ENDPOINT');
  const credentials = {
    accessKeyId: started('S3_CEPH_ACCESS_KEY'),
    secretAccessKey: started('S3_CEPH_SECRET_KEY'),
  };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const areas = ['incoming', 'packages', 'quarantine', 'processed', 'validators', 'logs', 'backups'];
  return {
    environment: {
      ASSAY_CONTENT: 's3',
      ASSAY_S3_ENDPOINT: endpoint,
      ASSAY_S3_REGION: region,
      ASSAY_S3_PATH_STYLE: 'true',
      ASSAY_S3_CHECKSUMS: 'none',
      ASSAY_S3_CREATE_BUCKETS: 'true',
      ...Object.fromEntries(
        areas.map((area) => [`ASSAY_S3_BUCKET_${area.toUpperCase()}`, `${name}-${area}`]),
      ),
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    async stored() {
      const lists = await Promise.all(areas.map((area) => storedIn(client, `${name}-${area}`)));
      return lists.flat().sort();
    },
    async remove() {
      for (const area of areas) await removeBucket(client, `${name}-${area}`);
      client.destroy();
    },
  };
}

/** What somebody else has made (tools/infra/rehearse.ts), for one registry at a time, and removes; its content is in buckets. */
function given(environment: Environment): Installation {
  const buckets = Object.entries(environment)
    .filter(([name]) => name.startsWith('ASSAY_S3_BUCKET_'))
    .map(([, bucket]) => bucket);
  const client = new S3Client({
    ...(environment.ASSAY_S3_ENDPOINT && { endpoint: environment.ASSAY_S3_ENDPOINT }),
    region: environment.ASSAY_AWS_REGION ?? region,
    forcePathStyle: true,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      ...(environment.AWS_SESSION_TOKEN && { sessionToken: environment.AWS_SESSION_TOKEN }),
    },
  });
  return {
    environment,
    stored: async () => (await Promise.all(buckets.map((bucket) => storedIn(client, bucket)))).flat().sort(),
    remove: async () => client.destroy(),
  };
}

/** Objects that can be read, and uploads by parts that have not ended. */
async function storedIn(client: S3Client, bucket: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    found.push(...Contents.flatMap(({ Key }) => Key ?? []));
  }
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return [...found, ...Uploads.flatMap(({ Key }) => (Key === undefined ? [] : [`${Key}.parts`]))];
}

interface ListedVersion {
  readonly key: string;
  readonly versionId: string | undefined;
}

async function versionsIn(client: S3Client, bucket: string): Promise<ListedVersion[]> {
  const found: ListedVersion[] = [];
  let page: ListObjectVersionsCommandOutput | undefined;
  do {
    page = await client.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        KeyMarker: page?.NextKeyMarker,
        VersionIdMarker: page?.NextVersionIdMarker,
      }),
    );
    for (const { Key = '', VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      found.push({ key: Key, versionId: VersionId });
    }
  } while (page.IsTruncated);
  return found;
}

async function removeBucket(client: S3Client, bucket: string): Promise<void> {
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
  if (!Buckets.some(({ Name }) => Name === bucket)) return;
  const versions = await versionsIn(client, bucket);
  for (let at = 0; at < versions.length; at += 1000) {
    const objects = versions
      .slice(at, at + 1000)
      .map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects } }));
  }
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
}

async function dynamodb(name: string): Promise<Installation> {
  const endpoint = started('TEST_DYNAMODB');
  const prefix = `${name}-`;
  return {
    environment: {
      ASSAY_RECORDS: 'dynamodb',
      ASSAY_DYNAMODB_TABLE_PREFIX: prefix,
      ASSAY_DYNAMODB_CREATE_TABLES: 'true',
      ASSAY_AWS_REGION: region,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    },
    stored: null,
    async remove() {
      const credentials = { accessKeyId: started('S3_CEPH_ACCESS_KEY'), secretAccessKey: 'any' };
      const client = new DynamoDBClient({ endpoint, region, credentials });
      const { TableNames = [] } = await client.send(
        new ListTablesCommand({ ExclusiveStartTableName: prefix }),
      );
      for (const TableName of TableNames.filter((table) => table.startsWith(prefix))) {
        await client.send(new DeleteTableCommand({ TableName }));
      }
      client.destroy();
    },
  };
}

async function queue(name: string): Promise<Installation> {
  const endpoint = started('AWS_MOTO_ENDPOINT');
  const client = new SQSClient({ endpoint, region, credentials: anyCredentials });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name }));
  return {
    environment: {
      ASSAY_QUEUE: 'sqs',
      ASSAY_SQS_JOBS_URL: QueueUrl,
      ASSAY_SQS_WAIT_S: '1',
      AWS_ENDPOINT_URL_SQS: endpoint,
    },
    stored: null,
    async remove() {
      await client.send(new DeleteQueueCommand({ QueueUrl }));
      client.destroy();
    },
  };
}

/** Secrets Manager and KMS. What is made there stays: the emulator ends with the run. */
async function keys(name: string): Promise<Installation> {
  const endpoint = started('AWS_MOTO_ENDPOINT');
  const client = new KMSClient({ endpoint, region, credentials: anyCredentials });
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  client.destroy();
  return {
    environment: {
      ASSAY_SECRETS: 'secrets-manager',
      ASSAY_SECRETS_PREFIX: `${name}/`,
      ASSAY_ENCRYPTION: 'kms',
      ASSAY_KMS_KEY: KeyMetadata?.KeyId ?? '',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      AWS_ENDPOINT_URL_KMS: endpoint,
    },
    stored: null,
    remove: async () => {},
  };
}

/** Emulators take any. */
const anyCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };

function started(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) {
    throw new Error(
      `${enginesName} needs servers that the test runner starts: npm test -- --engines ${enginesName}`,
    );
  }
  return value;
}
