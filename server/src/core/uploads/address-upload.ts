import type { Clock } from '../clock.ts';
import { incomingKey, type PartAddress, type PostForm, type ReceivingStore } from '../content/index.ts';
import { RegistryError } from '../errors.ts';
import { mostAddressesAtOnce, partExtent, partsOf } from './parts.ts';
import { requireOpen, type Upload, type UploadLimits } from './upload.ts';

export interface AddressPorts {
  readonly clock: Clock;
  readonly receiving: Pick<ReceivingStore, 'addressForm' | 'addressPart'>;
  readonly uploadLimits: UploadLimits;
}

/** The form for an upload that is received by one. */
export async function addressForm(ports: AddressPorts, upload: Upload): Promise<PostForm> {
  requireOpen(upload, ports.clock.now());
  const sizeBytes = upload.sizeBytes ?? 0;
  return ports.receiving.addressForm(
    incomingKey(upload.id),
    { minimumBytes: sizeBytes, maximumBytes: sizeBytes, contentType: upload.contentType },
    addressExpiry(ports, upload),
  );
}

/** Addresses for the given parts, in that order. */
export async function addressParts(
  ports: AddressPorts,
  upload: Upload,
  partNumbers: readonly number[],
): Promise<readonly PartAddress[]> {
  requireOpen(upload, ports.clock.now());
  if (partNumbers.length > mostAddressesAtOnce) {
    const asked = `${partNumbers.length} addresses are asked for`;
    throw new RegistryError('invalid-request', `${asked}; at most ${mostAddressesAtOnce} are given at once.`);
  }
  const { handle } = partsOf(upload);
  const expiresAt = addressExpiry(ports, upload);
  return Promise.all(
    partNumbers.map((partNumber) => {
      const part = { partNumber, ...partExtent(upload, partNumber) };
      return ports.receiving.addressPart(incomingKey(upload.id), handle, part, expiresAt);
    }),
  );
}

function addressExpiry({ clock, uploadLimits }: AddressPorts, upload: Upload): Date {
  const latest = clock.now().getTime() + uploadLimits.addressLifetimeMs;
  return new Date(Math.min(latest, upload.expiresAt.getTime()));
}
