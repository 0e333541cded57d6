import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Clock } from '../../core/clock.ts';
import {
  attachment,
  type ContentKey,
  packageKey,
  printKey,
  type ServingStore,
} from '../../core/content/index.ts';
import type { Seals } from './seals.ts';
import { secondsUntil } from './seconds-until.ts';
import { storageErrorFrom } from './storage-error.ts';

/**
 * Clients read from S3 itself. An address is given out for the object that was sealed. In a bucket that keeps versions
 * it names that version, so that nothing else can be read at it; otherwise the object is looked at just before.
 */
export class S3ServingStore implements ServingStore {
  readonly #seals: Seals;
  readonly #presigning: S3Client;
  readonly #clock: Clock;

  constructor(seals: Seals, presigning: S3Client, clock: Clock) {
    this.#seals = seals;
    this.#presigning = presigning;
    this.#clock = clock;
  }

  async addressContent(
    key: ContentKey,
    served: { digest: string; fileName: string; contentType: string; versionId: string },
    expiresAt: Date,
  ): Promise<string> {
    if (printKey(key) !== printKey(packageKey(served.digest))) {
      throw new Error(`${printKey(key)} is not the content ${served.digest}`);
    }
    const { bucket, key: name, versionId } = await this.#seals.get(key);
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: name,
      ...(versionId !== null && { VersionId: versionId }),
      ResponseContentDisposition: attachment(served.fileName),
      ResponseContentType: typeOf(served.contentType),
      ResponseCacheControl: 'private, immutable',
    });
    try {
      return await getSignedUrl(this.#presigning, command, {
        expiresIn: secondsUntil(expiresAt, this.#clock),
      });
    } catch (error) {
      throw storageErrorFrom(error, printKey(key));
    }
  }
}

function typeOf(contentType: string): string {
  return /^[\w.+-]+\/[\w.+-]+$/.test(contentType) ? contentType : 'application/octet-stream';
}
