import type { Clock } from '../../core/clock.ts';
import type { ContentStore, ReceivingStore, ServingStore } from '../../core/content/index.ts';
import { S3ContentStore } from './content-store.ts';
import type { Encryption } from './encryption.ts';
import { lendCredentials } from './lent-credentials.ts';
import type { Buckets } from './places.ts';
import { S3ReceivingStore } from './receiving-store.ts';
import { type BucketSettings, requireBuckets } from './require-buckets.ts';
import { type Checksums, type ClientSettings, presigningClient, s3Client } from './s3-client.ts';
import { S3Objects } from './s3-objects.ts';
import { type SealKeys, Seals } from './seals.ts';
import { S3ServingStore } from './serving-store.ts';
import type { S3ThreadData } from './thread-data.ts';

const mebibyte = 1024 * 1024;

export interface S3Settings extends BucketSettings {
  readonly buckets: Buckets;
  readonly encryption: Encryption;
  readonly checksums: Checksums;
  /** `http://host/bucket/key` instead of `http://bucket.host/key`. */
  readonly pathStyle: boolean;
  /** Where clients reach the server, when it is not where this process does; empty: the same. */
  readonly publicEndpoint: string;
  readonly copyAtOnceBytes?: number;
  readonly copyPartBytes?: number;
  readonly streamPartBytes?: number;
}

export interface S3Content {
  readonly content: ContentStore;
  readonly receiving: ReceivingStore;
  readonly serving: ServingStore;
  /** Clients reach S3 itself. */
  readonly ownContent: null;
  /** For the threads that read content, when they start. */
  readonly threadData: S3ThreadData;
  close(): Promise<void>;
}

/**
 * Opens content on S3, once its buckets were found to be as they should. `client`: what every AWS client is made with;
 * its endpoint, when there is one, is that of S3. `sealKeys`: see seals.ts.
 */
export async function openS3Content(
  client: ClientSettings,
  settings: S3Settings,
  given: { readonly clock: Clock; readonly sealKeys: SealKeys },
): Promise<S3Content> {
  const { pathStyle, checksums, publicEndpoint } = settings;
  const { credentials, ...plain } = client;
  const inside = s3Client({ ...client, pathStyle, checksums });
  const endpoint = publicEndpoint === '' ? {} : { endpoint: publicEndpoint };
  const presigning = presigningClient({ ...client, ...endpoint, pathStyle });
  const objects = new S3Objects(inside, {
    copyAtOnceBytes: 5 * 1024 * mebibyte,
    copyPartBytes: 512 * mebibyte,
    streamPartBytes: 16 * mebibyte,
    ...settings,
  });
  await requireBuckets(objects, settings);
  const seals = new Seals(objects, given.sealKeys);
  const lender = lendCredentials(credentials);
  return {
    content: new S3ContentStore(objects, seals),
    receiving: new S3ReceivingStore(objects, presigning, given.clock),
    serving: new S3ServingStore(seals, presigning, given.clock),
    ownContent: null,
    threadData: { client: { ...plain, pathStyle, checksums }, lender: lender.name },
    close: async () => {
      lender.close();
      inside.destroy();
      presigning.destroy();
    },
  };
}
