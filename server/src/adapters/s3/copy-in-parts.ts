import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { type FoundObject, keptVersion, withoutQuotes } from './found-object.ts';
import { copySourceOf } from './places.ts';
import type { CopyTarget } from './s3-objects.ts';

const mostParts = 10_000;
const partsAtOnce = 4;

/** For objects that are too large to be copied at once. A copy that fails leaves nothing behind. */
export async function copyInParts(
  client: S3Client,
  from: FoundObject,
  target: CopyTarget,
  smallestPartBytes: number,
): Promise<{ etag: string; versionId: string | null }> {
  const session = { Bucket: target.bucket, Key: target.key };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...session, ...target.parameters }),
  );
  const upload = { ...session, UploadId };
  try {
    const Parts = await copyParts(client, from, upload, smallestPartBytes);
    const { ETag, VersionId } = await client.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts },
        ...(target.ifAbsent && { IfNoneMatch: '*' }),
      }),
    );
    return { etag: withoutQuotes(ETag), versionId: keptVersion(VersionId) };
  } catch (error) {
    // Should this fail too, a rule of the bucket removes what is left.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}

async function copyParts(
  client: S3Client,
  from: FoundObject,
  upload: { Bucket: string; Key: string; UploadId: string | undefined },
  smallestPartBytes: number,
) {
  const partBytes = Math.max(smallestPartBytes, Math.ceil(from.sizeBytes / mostParts));
  const parts: { PartNumber: number; ETag: string | undefined }[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index * partBytes < from.sizeBytes; index = next++) {
      const end = Math.min((index + 1) * partBytes, from.sizeBytes);
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({
          ...upload,
          PartNumber: index + 1,
          CopySource: copySourceOf(from, from.versionId),
          CopySourceIfMatch: `"${from.etag}"`,
          CopySourceRange: `bytes=${index * partBytes}-${end - 1}`,
        }),
      );
      parts[index] = { PartNumber: index + 1, ETag: CopyPartResult?.ETag };
    }
  };
  await Promise.all(Array.from({ length: partsAtOnce }, lane));
  return parts;
}
