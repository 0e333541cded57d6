import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import type { Caller } from '../caller.ts';
import { type ContentStore, incomingKey } from '../content/index.ts';
import { RegistryError } from '../errors.ts';
import {
  type BeginUploadPorts,
  beginStreamedUpload,
  type DeclaredUpload,
  requireSize,
} from './begin-upload.ts';
import { type CompleteUploadPorts, completeUpload } from './complete-upload.ts';
import { abortUpload, cleanUpload } from './end-upload.ts';
import type { Upload } from './upload.ts';

/**
 * Begins, receives and completes an upload in one go: the bytes are streamed into storage, hashed on their way.
 * When they break off, are too many, or have another digest than declared, nothing is kept.
 */
export async function uploadPackage(
  ports: BeginUploadPorts &
    CompleteUploadPorts & { content: Pick<ContentStore, 'stat' | 'write'> } & Parameters<
      typeof abortUpload
    >[0] &
    Parameters<typeof cleanUpload>[0],
  caller: Caller,
  given: DeclaredUpload,
  bytes: Readable,
): Promise<Upload> {
  const upload = await beginStreamedUpload(ports, caller, given);
  try {
    const digest = await receive(ports, upload, bytes);
    if (given.declaredDigest !== null && digest !== given.declaredDigest) {
      throw new RegistryError(
        'upload-digest-mismatch',
        `The bytes have the digest ${digest}, but ${given.declaredDigest} was declared.`,
      );
    }
    return await completeUpload(ports, caller, upload.id);
  } catch (error) {
    // Should this fail too, the upload expires by itself.
    await abortUpload(ports, caller, upload.id).catch(() => {});
    // The bytes may have come to lie there after the upload had ended, and been cleaned, by other hands.
    await cleanUpload(ports, upload.id).catch(() => {});
    throw error;
  }
}

async function receive(
  ports: { content: Pick<ContentStore, 'write'>; uploadLimits: BeginUploadPorts['uploadLimits'] },
  upload: Upload,
  bytes: Readable,
): Promise<string> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measured = new Transform({
    highWaterMark: 1024 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      hash.update(chunk);
      if (sizeBytes > ports.uploadLimits.maximumBytes) {
        const limit = ports.uploadLimits.maximumBytes;
        done(new RegistryError('upload-too-large', `The content has more than the ${limit} bytes allowed.`));
      } else {
        done(null, chunk);
      }
    },
  });
  // Whoever reads it tells the error; until somebody does, it must not end the process.
  measured.on('error', () => {});
  if (bytes.errored !== null) measured.destroy(bytes.errored);
  else bytes.once('error', (error) => measured.destroy(error));
  await ports.content.write(incomingKey(upload.id), bytes.pipe(measured));
  requireSize(sizeBytes, ports.uploadLimits);
  return hash.digest('hex');
}
