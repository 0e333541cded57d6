import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type MultipartUpload,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Clock } from '../../core/clock.ts';
import {
  type ContentKey,
  type ContentStat,
  incomingKey,
  type PartAddress,
  type PartExtent,
  type PartSession,
  type PostForm,
  printKey,
  type ReceivedPart,
  type ReceivingConditions,
  type ReceivingStore,
  requireJoinable,
  uploadClosed,
} from '../../core/content/index.ts';
import { RegistryError, StorageError } from '../../core/errors.ts';
import { encryptionFields, encryptionParameters } from './encryption.ts';
import { statOf, withoutQuotes } from './found-object.ts';
import { placeOf } from './places.ts';
import type { S3Objects } from './s3-objects.ts';
import { secondsUntil } from './seconds-until.ts';
import { isNotThere, storageErrorFrom } from './storage-error.ts';

/**
 * Clients send to S3 itself. A session is a multipart upload; its handle also says how the bytes are cut, which S3 does
 * not remember: `<size of the whole>-<size of a part>-<id of the multipart upload>`.
 */
export class S3ReceivingStore implements ReceivingStore {
  readonly #objects: S3Objects;
  readonly #presigning: S3Client;
  readonly #clock: Clock;

  /** `presigning` makes the addresses: its endpoint is the one that clients reach. */
  constructor(objects: S3Objects, presigning: S3Client, clock: Clock) {
    this.#objects = objects;
    this.#presigning = presigning;
    this.#clock = clock;
  }

  async begin(key: ContentKey, sizeBytes: number, partSizeBytes: number): Promise<string> {
    const { Bucket, Key } = this.#target(key);
    return told(key, async () => {
      for await (const upload of this.#uploads(Bucket, Key)) {
        if (upload.Key === Key) return handleOf(sizeBytes, partSizeBytes, upload.UploadId);
      }
      const encryption = encryptionParameters(this.#objects.settings.encryption, key.area);
      const { UploadId } = await this.#objects.client.send(
        new CreateMultipartUploadCommand({ Bucket, Key, ...encryption }),
      );
      return handleOf(sizeBytes, partSizeBytes, UploadId);
    });
  }

  async listParts(key: ContentKey, handle: string): Promise<readonly ReceivedPart[]> {
    return (await this.#parts(key, handle)) ?? [];
  }

  async join(key: ContentKey, handle: string, parts: readonly ReceivedPart[]): Promise<ContentStat> {
    const { sizeBytes, partSizeBytes, uploadId } = readHandle(handle);
    const arrived = await this.#parts(key, handle);
    if (arrived !== null) {
      const placed = arrived.map((part) => ({ ...part, offset: (part.partNumber - 1) * partSizeBytes }));
      requireJoinable(placed, parts, sizeBytes);
      await this.#complete(key, uploadId, parts);
    }
    const found = await this.#objects.find(key);
    if (found === null) throw uploadClosed(key.path);
    return statOf(found);
  }

  async abort(key: ContentKey, handle: string): Promise<void> {
    const { uploadId: UploadId } = readHandle(handle);
    await told(key, async () => {
      try {
        await this.#objects.client.send(new AbortMultipartUploadCommand({ ...this.#target(key), UploadId }));
      } catch (error) {
        if (!isNotThere(error)) throw error;
      }
    });
    await this.#objects.remove(key);
  }

  async *listSessions(): AsyncIterable<PartSession> {
    const prefix = 'incoming/';
    const bucket = this.#objects.settings.buckets.incoming;
    try {
      for await (const { Key = '', UploadId, Initiated } of this.#uploads(bucket, prefix)) {
        const key = incomingKey(Key.slice(prefix.length));
        yield { key, handle: handleOf(0, 0, UploadId), beganAt: Initiated ?? new Date(0) };
      }
    } catch (error) {
      throw storageErrorFrom(error, prefix);
    }
  }

  async addressForm(key: ContentKey, conditions: ReceivingConditions, expiresAt: Date): Promise<PostForm> {
    const { Bucket, Key } = this.#target(key);
    const { minimumBytes, maximumBytes, contentType } = conditions;
    // Each field is also a condition, and the key is compared as a whole.
    const fields = {
      'Content-Type': contentType,
      ...encryptionFields(this.#objects.settings.encryption, key.area),
    };
    const form = await told(key, () =>
      createPresignedPost(this.#presigning, {
        Bucket,
        Key,
        Fields: fields,
        Conditions: [['content-length-range', minimumBytes, maximumBytes]],
        Expires: secondsUntil(expiresAt, this.#clock),
      }),
    );
    return { ...form, expiresAt };
  }

  async addressPart(
    key: ContentKey,
    handle: string,
    part: PartExtent,
    expiresAt: Date,
  ): Promise<PartAddress> {
    const { sizeBytes, partSizeBytes, uploadId } = readHandle(handle);
    requireExtent(part, sizeBytes, partSizeBytes);
    const command = new UploadPartCommand({
      ...this.#target(key),
      UploadId: uploadId,
      PartNumber: part.partNumber,
      ContentLength: part.sizeBytes,
    });
    const url = await told(key, () =>
      getSignedUrl(this.#presigning, command, { expiresIn: secondsUntil(expiresAt, this.#clock) }),
    );
    return { partNumber: part.partNumber, url, expiresAt };
  }

  async #complete(key: ContentKey, UploadId: string, parts: readonly ReceivedPart[]): Promise<void> {
    const Parts = parts
      .toSorted((one, other) => one.partNumber - other.partNumber)
      .map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: `"${etag}"` }));
    await told(key, async () => {
      try {
        const MultipartUpload = { Parts };
        const command = new CompleteMultipartUploadCommand({
          ...this.#target(key),
          UploadId,
          MultipartUpload,
        });
        await this.#objects.client.send(command);
      } catch (error) {
        // Somebody else has just joined or aborted it; which, the object tells.
        if (!isNotThere(error)) throw error;
      }
    });
  }

  /** Null when there is no such session. */
  async #parts(key: ContentKey, handle: string): Promise<ReceivedPart[] | null> {
    const { uploadId: UploadId } = readHandle(handle);
    return told(key, async () => {
      const parts: ReceivedPart[] = [];
      try {
        for (let PartNumberMarker: string | undefined; ; ) {
          const page = await this.#objects.client.send(
            new ListPartsCommand({ ...this.#target(key), UploadId, PartNumberMarker }),
          );
          for (const { PartNumber = 0, Size = 0, ETag } of page.Parts ?? []) {
            parts.push({ partNumber: PartNumber, sizeBytes: Size, etag: withoutQuotes(ETag) });
          }
          if (page.IsTruncated !== true) return parts;
          PartNumberMarker = page.NextPartNumberMarker;
        }
      } catch (error) {
        if (isNotThere(error)) return null;
        throw error;
      }
    });
  }

  async *#uploads(Bucket: string, Prefix: string): AsyncIterable<MultipartUpload> {
    let after: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
    for (;;) {
      const page = await this.#objects.client.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix, ...after }),
      );
      yield* page.Uploads ?? [];
      if (page.IsTruncated !== true) return;
      after = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
  }

  #target(key: ContentKey): { Bucket: string; Key: string } {
    const { bucket, key: name } = placeOf(this.#objects.settings.buckets, key);
    return { Bucket: bucket, Key: name };
  }
}

function handleOf(sizeBytes: number, partSizeBytes: number, uploadId: string | undefined): string {
  return `${sizeBytes}-${partSizeBytes}-${uploadId}`;
}

function readHandle(handle: string): { sizeBytes: number; partSizeBytes: number; uploadId: string } {
  const [, size, part, uploadId] = /^(\d+)-(\d+)-(.+)$/s.exec(handle) ?? [];
  if (uploadId === undefined) {
    throw new StorageError('permanent', `${JSON.stringify(handle)} is no handle of a session on S3`);
  }
  return { sizeBytes: Number(size), partSizeBytes: Number(part), uploadId };
}

/** S3 would take any part; the whole is known here only. */
function requireExtent(part: PartExtent, sizeBytes: number, partSizeBytes: number): void {
  const offset = (part.partNumber - 1) * partSizeBytes;
  const end = part.offset + part.sizeBytes;
  if (part.partNumber >= 1 && part.offset === offset && part.sizeBytes >= 1 && end <= sizeBytes) return;
  throw new RegistryError(
    'part-invalid',
    `Part ${part.partNumber} would take the bytes ${part.offset} to ${end} of an upload of ${sizeBytes} bytes.`,
  );
}

async function told<T>(key: ContentKey, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageErrorFrom(error, printKey(key));
  }
}
