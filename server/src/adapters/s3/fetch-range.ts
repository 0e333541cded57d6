import { setTimeout as pause } from 'node:timers/promises';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { StorageError } from '../../core/errors.ts';
import { type FoundObject, withoutQuotes } from './found-object.ts';
import { isNotThere, isUnmet, storageErrorFrom } from './storage-error.ts';

/** A body that breaks off is asked for again: the SDK tries again only until an answer begins. */
const attempts = 4;
const firstWaitMs = 50;

/** What it takes to read one object and no other. */
export type Pinned = Pick<FoundObject, 'bucket' | 'key' | 'versionId' | 'etag' | 'modifiedAt'>;

/**
 * Exactly the bytes from `start` up to, not including, `end`, of the object that was found. Another one under its key
 * rejects, `transient`.
 */
export async function fetchRange(
  client: S3Client,
  pinned: Pinned,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  const piece = { bytes: Buffer.allocUnsafeSlow(end - start), start, filled: 0 };
  for (let attempt = 1; ; attempt++) {
    try {
      await fill(client, pinned, piece, signal);
      return piece.bytes;
    } catch (error) {
      if (isUnmet(error) || isNotThere(error)) throw changed(pinned, error);
      if (!(error instanceof BodyBroken) || signal?.aborted === true || attempt === attempts) {
        throw storageErrorFrom(error instanceof BodyBroken ? error.cause : error, pinned.key);
      }
      await pause(firstWaitMs * 2 ** attempt * (0.5 + Math.random() / 2), undefined, { ref: false });
    }
  }
}

/** An answer had begun. */
class BodyBroken extends Error {
  override readonly name = 'BodyBroken';
}

/** Goes on where the last attempt broke off. */
async function fill(
  client: S3Client,
  pinned: Pinned,
  piece: { readonly bytes: Buffer; readonly start: number; filled: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { bucket, key, versionId, etag } = pinned;
  const answer = await client.send(
    new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      Range: `bytes=${piece.start + piece.filled}-${piece.start + piece.bytes.length - 1}`,
      ...(versionId === null ? { IfMatch: `"${etag}"` } : { VersionId: versionId }),
    }),
    signal === undefined ? {} : { abortSignal: signal },
  );
  const body = answer.Body as AsyncIterable<Buffer> & { destroy(): void };
  if (!isSame(pinned, answer)) {
    body.destroy();
    throw changed(pinned);
  }
  try {
    for await (const chunk of body) {
      if (piece.filled + chunk.length > piece.bytes.length) throw new Error('it is longer than asked for');
      chunk.copy(piece.bytes, piece.filled);
      piece.filled += chunk.length;
    }
    if (piece.filled < piece.bytes.length) throw new Error('it ended early');
  } catch (error) {
    throw new BodyBroken('the body of an answer broke off', { cause: error });
  }
}

function isSame({ versionId, etag, modifiedAt }: Pinned, answer: GetObjectCommandOutput): boolean {
  if (withoutQuotes(answer.ETag) !== etag) return false;
  return versionId !== null || answer.LastModified?.getTime() === modifiedAt.getTime();
}

function changed({ key }: Pinned, cause?: unknown): StorageError {
  const transience = 'contended';
  return new StorageError('transient', `${key} has changed since it was looked at`, cause, { transience });
}
