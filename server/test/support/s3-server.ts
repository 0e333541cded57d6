// S3 servers for tests: Ceph's gateway, and moto behind a gate that refuses what moto lets pass. Those of the whole run,
// or started for the test file.
import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { ceph } from '../../../tools/test-servers/ceph.ts';
import { moto } from '../../../tools/test-servers/moto.ts';
import { ServerMissing, type TestServer } from '../../../tools/test-servers.ts';
import { openS3Content, type S3Content, type S3Settings } from '../../src/adapters/s3/open-content.ts';
import type { ClientSettings } from '../../src/adapters/s3/s3-client.ts';
import type { Clock } from '../../src/core/clock.ts';
import { areas } from '../../src/core/content/index.ts';
import { openS3Gate } from './s3-gate.ts';

export type BucketKind = 'that keeps versions' | 'without versions';

export interface S3Server {
  readonly name: string;
  /** False when it runs, else why it does not. */
  readonly skip: string | false;
  readonly client: ClientSettings;
  /** What the server can and does. */
  readonly settings: Pick<S3Settings, 'checksums'>;
  /** What buckets the contract suites are run on. */
  readonly bucketKinds: readonly BucketKind[];
  /** Whether sessions tell when they began. */
  readonly sessionTimes: boolean;
  /** Whether it does SSE-S3, which it takes in any case. */
  readonly encrypts: boolean;
}

const mebibyte = 1024 * 1024;
export const sealKey = { id: 'test', secret: randomBytes(32) };

const cephAt = await running(ceph);
const motoAt = await running(moto);

export const s3Servers: readonly S3Server[] = [
  {
    name: 's3 (ceph)',
    skip: typeof cephAt === 'string' ? cephAt : false,
    client: clientOf(cephAt, {
      endpoint: 'S3_CEPH_ENDPOINT',
      accessKeyId: 'S3_CEPH_ACCESS_KEY',
      secretAccessKey: 'S3_CEPH_SECRET_KEY',
    }),
    settings: { checksums: 'none' },
    bucketKinds: ['that keeps versions', 'without versions'],
    sessionTimes: true,
    encrypts: false,
  },
  await motoBehindGate(),
];

/** Content in a bucket of its own, with small limits so that small objects go the ways of large ones. */
export async function openTestContent(
  { client, settings }: S3Server,
  clock: Clock,
  more: Partial<S3Settings> = {},
): Promise<S3Content & { readonly bucket: string }> {
  const bucket = `assay-${randomBytes(8).toString('hex')}`;
  const content = await openS3Content(
    client,
    {
      buckets: bucketsOf(bucket),
      encryption: { by: 'none' },
      pathStyle: true,
      publicEndpoint: '',
      requireVersions: true,
      createBuckets: true,
      copyAtOnceBytes: 12 * mebibyte,
      copyPartBytes: 5 * mebibyte,
      streamPartBytes: 5 * mebibyte,
      ...settings,
      ...more,
    },
    { clock, sealKeys: { list: async () => [sealKey] } },
  );
  return { ...content, bucket };
}

export function bucketsOf(bucket: string): S3Settings['buckets'] {
  return Object.fromEntries(areas.map((area) => [area, bucket])) as S3Settings['buckets'];
}

async function running(server: TestServer): Promise<Readonly<Record<string, string | undefined>> | string> {
  if (process.env[server.variables[0]] !== undefined) return process.env;
  try {
    const started = await server.start();
    after(() => started.stop());
    return started.environment;
  } catch (error) {
    if (error instanceof ServerMissing) return error.message;
    throw error;
  }
}

function clientOf(
  at: Awaited<ReturnType<typeof running>>,
  variables: { endpoint: string; accessKeyId: string; secretAccessKey: string },
): ClientSettings {
  const value = (variable: string) => (typeof at === 'string' ? '' : (at[variable] ?? ''));
  const credentials = {
    accessKeyId: value(variables.accessKeyId),
    secretAccessKey: value(variables.secretAccessKey),
  };
  return clientSettings(value(variables.endpoint), credentials);
}

function clientSettings(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string },
): ClientSettings {
  return {
    region: 'us-east-1',
    endpoint,
    credentials: async () => credentials,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    maxAttempts: 4,
    retryMode: 'standard',
  };
}

async function motoBehindGate(): Promise<S3Server> {
  const credentials = {
    accessKeyId: 'AKIATESTTESTTESTTEST',
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  const about = {
    name: 's3 (moto behind the gate)',
    settings: { checksums: 'sha256' },
    bucketKinds: ['that keeps versions'],
    sessionTimes: false,
    encrypts: true,
  } as const;
  if (typeof motoAt === 'string') return { ...about, skip: motoAt, client: clientSettings('', credentials) };
  const gate = await openS3Gate(motoAt.AWS_MOTO_ENDPOINT ?? '', credentials);
  after(() => gate.close());
  return { ...about, skip: false, client: clientSettings(gate.url, credentials) };
}
