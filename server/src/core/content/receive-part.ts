import type { Readable } from 'node:stream';
import { type OwnContent, partPath } from './own-addresses.ts';
import type { ReceivedPart } from './ports.ts';
import type { AddressFields } from './signed-address.ts';
import { sizeMismatch } from './size-mismatch.ts';
import { incomingKey } from './storage-layout.ts';
import { requireReceiving } from './upload-closed.ts';

/** Receives what a client sends to the address of a part. `declaredBytes`: what it says it sends, if it does. */
export async function receivePart(
  ports: Pick<OwnContent, 'addresses' | 'incoming' | 'receivingGuard'>,
  address: { uploadId: string; partNumber: string; fields: AddressFields },
  body: { bytes: Readable; declaredBytes: number | undefined },
): Promise<ReceivedPart> {
  const { uploadId, partNumber, fields } = address;
  await ports.addresses.verify('PUT', partPath(uploadId, partNumber), fields);
  await requireReceiving(ports.receivingGuard, uploadId);
  const sizeBytes = Number(fields.size);
  const { declaredBytes = sizeBytes } = body;
  if (declaredBytes !== sizeBytes) {
    throw sizeMismatch(`part ${partNumber}`, declaredBytes, {
      minimumBytes: sizeBytes,
      maximumBytes: sizeBytes,
    });
  }
  const part = {
    partNumber: Number(partNumber),
    sizeBytes,
    offset: Number(fields.offset),
    nonce: fields.nonce ?? '',
  };
  return ports.incoming.receivePart(incomingKey(uploadId), part, body.bytes);
}
