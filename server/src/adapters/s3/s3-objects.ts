import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import {
  type Area,
  type ContentKey,
  changedSince,
  type ListedContent,
  printKey,
} from '../../core/content/index.ts';
import { StorageError } from '../../core/errors.ts';
import { copyInParts } from './copy-in-parts.ts';
import { type Encryption, encryptionParameters } from './encryption.ts';
import { fetchRange } from './fetch-range.ts';
import { type FoundObject, keptVersion, withoutQuotes } from './found-object.ts';
import { type Buckets, copySourceOf, placeOf } from './places.ts';
import type { Checksums } from './s3-client.ts';
import { isNotThere, isUnmet, storageErrorFrom } from './storage-error.ts';

export interface ObjectSettings {
  readonly buckets: Buckets;
  readonly encryption: Encryption;
  readonly checksums: Checksums;
  /** Larger objects are copied in parts; S3 copies at most 5 GiB at once. */
  readonly copyAtOnceBytes: number;
  /** How large the parts of such a copy are, at least. */
  readonly copyPartBytes: number;
  /** A stream is sent in parts of this size, so it may have 10,000 times as much; two are held in memory. */
  readonly streamPartBytes: number;
}

const partsAtOnce = 2;

/** The object under a key whose copying was meant to be the first. */
export class AlreadyThere extends Error {
  override readonly name = 'AlreadyThere';
}

/** What S3 can do with single objects, in the words of the registry. Rejects with `StorageError`. */
export class S3Objects {
  readonly client: S3Client;
  readonly settings: ObjectSettings;

  constructor(client: S3Client, settings: ObjectSettings) {
    this.client = client;
    this.settings = settings;
  }

  /** The object as it is now, or that version of it; null when it is not there. */
  async find(key: ContentKey, versionId: string | null = null): Promise<FoundObject | null> {
    const place = placeOf(this.settings.buckets, key);
    const { checksums } = this.settings;
    return told(printKey(key), async () => {
      try {
        const head = await this.client.send(
          new HeadObjectCommand({
            Bucket: place.bucket,
            Key: place.key,
            ...(versionId !== null && { VersionId: versionId }),
            ...(checksums !== 'none' && { ChecksumMode: 'ENABLED' }),
          }),
        );
        return { ...place, ...foundIn(head) };
      } catch (error) {
        if (!isNotThere(error)) throw error;
        // The answer to a HEAD does not say what is not there. Without its bucket nothing is known about the object.
        await this.requireBucket(place.bucket);
        return null;
      }
    });
  }

  /** As `find`; missing rejects. */
  async get(key: ContentKey): Promise<FoundObject> {
    const found = await this.find(key);
    if (found === null) throw new StorageError('missing', `${printKey(key)} is not there`);
    return found;
  }

  async requireBucket(bucket: string): Promise<void> {
    try {
      await this.client.send(new HeadBucketCommand({ Bucket: bucket }));
    } catch (error) {
      if (!isNotThere(error)) throw error;
      throw new StorageError('permanent', `The bucket ${bucket} is not there`, error);
    }
  }

  fetch(found: FoundObject, start: number, end: number, signal?: AbortSignal): Promise<Buffer> {
    return fetchRange(this.client, found, start, end, signal);
  }

  /** An error of the stream rejects as it is; then, and when S3 fails, what was there stays. */
  async write(key: ContentKey, bytes: Readable): Promise<FoundObject> {
    const place = placeOf(this.settings.buckets, key);
    const { checksums, encryption, streamPartBytes } = this.settings;
    let failure: { readonly error: unknown } | undefined;
    async function* read() {
      try {
        yield* bytes.iterator({ destroyOnReturn: false });
      } catch (error) {
        failure = { error };
        throw error;
      }
    }
    const upload = new Upload({
      client: this.client,
      partSize: streamPartBytes,
      queueSize: partsAtOnce,
      params: {
        Bucket: place.bucket,
        Key: place.key,
        Body: Readable.from(read(), { objectMode: false }),
        ...encryptionParameters(encryption, key.area),
        ...algorithmOf(checksums),
      },
    });
    try {
      const { VersionId } = await upload.done();
      return await this.#written(key, keptVersion(VersionId));
    } catch (error) {
      if (failure !== undefined) throw failure.error;
      throw storageErrorFrom(error, printKey(key));
    }
  }

  /** A small object, at once. */
  async put(key: ContentKey, body: string): Promise<void> {
    const place = placeOf(this.settings.buckets, key);
    await told(printKey(key), () =>
      this.client.send(
        new PutObjectCommand({
          Bucket: place.bucket,
          Key: place.key,
          Body: body,
          ...encryptionParameters(this.settings.encryption, key.area),
        }),
      ),
    );
  }

  /**
   * Copies the object that was found, inside S3. Rejects when another one lies under its key by now, where the server
   * looks at that condition; with `AlreadyThere` when `ifAbsent` and something has come to lie under `to`, where it
   * looks at that one. `etag`: what the server says that the copy has; empty when it does not.
   */
  async copy(
    from: FoundObject,
    to: ContentKey,
    { ifAbsent }: { ifAbsent: boolean },
  ): Promise<{ copy: FoundObject; etag: string }> {
    const { settings } = this;
    const target = {
      ...placeOf(settings.buckets, to),
      parameters: encryptionParameters(settings.encryption, to.area),
      ifAbsent,
    };
    try {
      const { etag, versionId } =
        from.sizeBytes > settings.copyAtOnceBytes
          ? await copyInParts(this.client, from, target, settings.copyPartBytes)
          : await this.#copyAtOnce(from, target);
      return { copy: await this.#written(to, versionId), etag };
    } catch (error) {
      if (!isUnmet(error)) throw storageErrorFrom(error, printKey(to));
      if (ifAbsent && (await this.find(to)) !== null) throw new AlreadyThere(printKey(to));
      const transience = 'contended';
      throw new StorageError('transient', `${from.key} has changed since it was looked at`, error, {
        transience,
      });
    }
  }

  async #copyAtOnce(from: FoundObject, target: CopyTarget) {
    const { CopyObjectResult, VersionId } = await this.client.send(
      new CopyObjectCommand({
        Bucket: target.bucket,
        Key: target.key,
        CopySource: copySourceOf(from, from.versionId),
        CopySourceIfMatch: `"${from.etag}"`,
        ...(target.ifAbsent && { IfNoneMatch: '*' }),
        // Has the server compute the SHA-256 of the whole, which can be compared with the digest.
        ...(this.settings.checksums !== 'none' && { ChecksumAlgorithm: 'SHA256' }),
        ...target.parameters,
      }),
    );
    return { etag: withoutQuotes(CopyObjectResult?.ETag), versionId: keptVersion(VersionId) };
  }

  /** Removes the object, or exactly that version of it, for good. */
  async remove(key: ContentKey, only: FoundObject | null = null): Promise<void> {
    const { bucket, key: name } = placeOf(this.settings.buckets, key);
    const condition =
      only === null
        ? {}
        : only.versionId === null
          ? { IfMatch: `"${only.etag}"` }
          : { VersionId: only.versionId };
    try {
      await this.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name, ...condition }));
    } catch (error) {
      // Another one has come to lie there, or nothing lies there any more.
      if (only !== null && (isUnmet(error) || isNotThere(error))) return;
      throw storageErrorFrom(error, printKey(key));
    }
  }

  /** In ascending order of the keys; `folder` narrows it to paths that begin with it. */
  async *list(area: Area, folder: string): AsyncIterable<ListedContent> {
    const { buckets } = this.settings;
    const prefix = `${area}/`;
    for (let token: string | undefined; ; ) {
      const page = await told(area, () =>
        this.client.send(
          new ListObjectsV2Command({
            Bucket: buckets[area],
            Prefix: `${prefix}${folder}`,
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key = '', LastModified = new Date(0) } of page.Contents ?? []) {
        yield { area, path: Key.slice(prefix.length), modifiedAt: LastModified };
      }
      token = page.NextContinuationToken;
      if (token === undefined) return;
    }
  }

  async #written(key: ContentKey, versionId: string | null): Promise<FoundObject> {
    const found = await this.find(key, versionId);
    if (found === null) throw changedSince(key);
    return found;
  }
}

export interface CopyTarget {
  readonly bucket: string;
  readonly key: string;
  readonly parameters: ReturnType<typeof encryptionParameters>;
  readonly ifAbsent: boolean;
}

function foundIn(head: HeadObjectCommandOutput): Omit<FoundObject, 'bucket' | 'key'> {
  const { ContentLength = 0, VersionId, LastModified = new Date(0), ChecksumSHA256, ChecksumType } = head;
  // Of an object that came in parts the checksum may be one of the parts' checksums, `<base64>-<count>`.
  const isWhole =
    ChecksumSHA256 !== undefined && ChecksumType !== 'COMPOSITE' && !ChecksumSHA256.includes('-');
  return {
    sizeBytes: ContentLength,
    etag: withoutQuotes(head.ETag),
    versionId: keptVersion(VersionId),
    modifiedAt: LastModified,
    sha256: isWhole ? Buffer.from(ChecksumSHA256, 'base64').toString('hex') : null,
  };
}

function algorithmOf(checksums: Checksums) {
  if (checksums === 'none') return {};
  return { ChecksumAlgorithm: checksums === 'sha256' ? 'SHA256' : 'CRC64NVME' } as const;
}

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageErrorFrom(error, what);
  }
}
