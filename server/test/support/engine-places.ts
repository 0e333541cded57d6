// Engines that a whole registry is put on by configuration, as an operator does it: the variables that lead to them, and how
// they go away.
import assert from 'node:assert/strict';
import { openTestDynamoDb, whyNoDynamoDb } from './dynamodb-server.ts';
import { createDatabase, postgresServer } from './postgres-server.ts';
import { s3Servers } from './s3-server.ts';
import { randomness } from './samples.ts';

export type Variables = Readonly<Record<string, string>>;

const postgres = await postgresServer();
const s3 = s3Servers.find(({ name }) => name === 's3 (ceph)');

interface Place {
  readonly variables: Variables;
  drop(): Promise<void>;
}

/** By name; each goes beside a data folder of its own. */
export const places = {
  sqlite: { skip: false, make: async () => ({ variables: {}, drop: async () => {} }) },

  postgres: {
    skip: typeof postgres === 'string' ? postgres : false,
    async make() {
      assert.ok(typeof postgres !== 'string');
      const { settings, drop } = await createDatabase(postgres);
      const variables = {
        ASSAY_RECORDS: 'postgres',
        ASSAY_POSTGRES_HOST: settings.host,
        ASSAY_POSTGRES_PORT: String(settings.port),
        ASSAY_POSTGRES_DATABASE: settings.database,
        ASSAY_POSTGRES_USER: settings.user,
        ASSAY_POSTGRES_PASSWORD: postgres.password,
        ASSAY_POSTGRES_TLS: 'disable',
      };
      return { variables, drop };
    },
  },

  's3 and sqlite': {
    skip: s3?.skip ?? 'there is no S3 server for tests',
    async make() {
      assert.ok(s3);
      const { accessKeyId, secretAccessKey } = await s3.client.credentials();
      const variables = {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        ASSAY_CONTENT: 's3',
        ASSAY_S3_BUCKET: `assay-${randomness.bytes(8).toString('hex')}`,
        ASSAY_S3_CREATE_BUCKETS: 'true',
        ASSAY_S3_ENDPOINT: String(s3.client.endpoint),
        ASSAY_S3_REGION: 'us-east-1',
        ASSAY_S3_PATH_STYLE: 'true',
        ASSAY_S3_CHECKSUMS: 'none',
      };
      return { variables, drop: async () => {} };
    },
  },

  dynamodb: {
    skip: whyNoDynamoDb() ?? false,
    async make() {
      const { aws, tablePrefix, close } = await openTestDynamoDb();
      const variables = {
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        ASSAY_RECORDS: 'dynamodb',
        ASSAY_DYNAMODB_TABLE_PREFIX: tablePrefix,
        ASSAY_AWS_ENDPOINT: String(aws.endpoint),
        ASSAY_AWS_REGION: String(aws.region),
      };
      return { variables, drop: close };
    },
  },
} satisfies Record<string, { readonly skip: string | false; make(): Promise<Place> }>;

/** Those that the SDK of AWS looks for in the environment. */
export function credentialsIn({
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
}: Readonly<Record<string, string | undefined>>) {
  return AWS_ACCESS_KEY_ID === undefined ? {} : { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
}
