// For worker threads and other processes: opens located content by itself.
import type { ByteSource } from '../../core/checks/index.ts';
import type { ContentLocation } from '../../core/content/index.ts';
import { fetchRange } from './fetch-range.ts';
import { borrowedCredentials } from './lent-credentials.ts';
import { RangeReader } from './range-reader.ts';
import { s3Client } from './s3-client.ts';
import type { S3ThreadData } from './thread-data.ts';

type S3Location = Extract<ContentLocation, { store: 's3' }>;

/** Opens sources with one client for all of them. Reading rejects with a `StorageError`. */
export function s3SourceOpener(data: S3ThreadData): (location: S3Location) => ByteSource & { close(): void } {
  const client = s3Client({ ...data.client, credentials: borrowedCredentials(data.lender) });
  return (location) => {
    const ended = new AbortController();
    const reader = new RangeReader(location.sizeBytes, (start, end) =>
      fetchRange(client, location, start, end, ended.signal),
    );
    let buffer = Buffer.alloc(0);
    return {
      sizeBytes: location.sizeBytes,
      async read(position, length) {
        const wanted = Math.max(0, Math.min(length, location.sizeBytes - position));
        if (wanted > buffer.length) buffer = Buffer.allocUnsafeSlow(wanted);
        const into = buffer.subarray(0, wanted);
        await reader.read(into, position);
        return into;
      },
      close: () => ended.abort(),
    };
  };
}
