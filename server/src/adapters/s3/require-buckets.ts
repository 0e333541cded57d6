// What is looked at before anything is kept in the buckets: a registry that starts can work with them.
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { type Area, areas, type ContentKey } from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';
import { placeOf } from './places.ts';
import type { S3Objects } from './s3-objects.ts';
import { isNotThere, storageErrorFrom } from './storage-error.ts';

/** Areas whose objects must not be exchanged between looking at them and using them. */
const versioned: readonly Area[] = ['incoming', 'packages', 'quarantine'];

export interface BucketSettings {
  /** Refuse buckets that keep no versions. */
  readonly requireVersions: boolean;
  /** Make buckets that are missing, keeping versions where that is required. */
  readonly createBuckets: boolean;
}

/** Rejects with what an operator has to mend: a bucket that is missing, keeps no versions or does not encrypt. */
export async function requireBuckets(objects: S3Objects, settings: BucketSettings): Promise<void> {
  const { buckets } = objects.settings;
  for (const bucket of new Set(Object.values(buckets))) {
    const kept = areas.filter((area) => buckets[area] === bucket);
    const needsVersions = settings.requireVersions && kept.some((area) => versioned.includes(area));
    try {
      await requireThere(objects, bucket, settings);
      if (needsVersions) await requireVersions(objects, bucket, settings);
      await requireEncrypted(objects, kept[0] ?? 'incoming');
    } catch (error) {
      throw storageErrorFrom(error, `The bucket ${bucket} (for ${kept.join(', ')})`);
    }
  }
}

async function requireThere(objects: S3Objects, bucket: string, settings: BucketSettings): Promise<void> {
  try {
    await objects.requireBucket(bucket);
  } catch (error) {
    const isMissing = error instanceof StorageError && isNotThere(error.cause);
    if (!settings.createBuckets || !isMissing) throw error;
    await objects.client.send(new CreateBucketCommand({ Bucket: bucket }));
    if (settings.requireVersions) await switchVersionsOn(objects, bucket);
  }
}

async function switchVersionsOn({ client }: S3Objects, bucket: string): Promise<void> {
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
}

async function requireVersions(objects: S3Objects, bucket: string, settings: BucketSettings): Promise<void> {
  const { Status } = await objects.client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
  if (Status === 'Enabled') return;
  // Whoever made it is between the two requests, or has died there.
  if (settings.createBuckets && Status === undefined && (await isEmpty(objects, bucket))) {
    await switchVersionsOn(objects, bucket);
    return;
  }
  throw new StorageError(
    'permanent',
    `The bucket ${bucket} keeps no versions: switch versioning on, or set ASSAY_S3_VERSIONS to optional`,
  );
}

async function isEmpty({ client }: S3Objects, bucket: string): Promise<boolean> {
  const { KeyCount } = await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
  return KeyCount === 0;
}

/** Some servers take a request to encrypt, and do not: what is asked for is compared with what was done. */
async function requireEncrypted(objects: S3Objects, area: Area): Promise<void> {
  const { encryption, buckets } = objects.settings;
  if (encryption.by === 'none') return;
  const key: ContentKey = { area, path: 'encryption-probe' };
  const { bucket, key: name } = placeOf(buckets, key);
  await objects.put(key, 'assay');
  const done = await objects.client.send(new HeadObjectCommand({ Bucket: bucket, Key: name }));
  await objects.remove(key);
  const wanted = encryption.by === 's3' ? 'AES256' : 'aws:kms';
  if (done.ServerSideEncryption === wanted) return;
  const given = done.ServerSideEncryption ?? 'none';
  throw new StorageError('permanent', `The bucket ${bucket} does not encrypt by ${wanted}, but by ${given}`);
}
