import type { Readable } from 'node:stream';
import { RegistryError } from '../errors.ts';
import { formPath, type OwnContent, storedEncryption } from './own-addresses.ts';
import type { AddressFields } from './signed-address.ts';
import type { SizeLimits } from './size-mismatch.ts';
import { incomingKey, printKey } from './storage-layout.ts';
import { requireReceiving } from './upload-closed.ts';

/** What a form takes, by the fields it came with. Throws when they are not those of an address that still holds. */
export async function admitForm(
  ports: Pick<OwnContent, 'addresses' | 'receivingGuard'>,
  uploadId: string,
  fields: AddressFields,
): Promise<SizeLimits> {
  await ports.addresses.verify('POST', formPath(uploadId), fields);
  // All of this is signed already; checked again, so that no other signer's form is ever taken for one of ours.
  requireField(fields, 'key', printKey(incomingKey(uploadId)));
  requireField(fields, 'x-assay-encryption', storedEncryption);
  await requireReceiving(ports.receivingGuard, uploadId);
  return { minimumBytes: Number(fields['minimum-bytes']), maximumBytes: Number(fields['maximum-bytes']) };
}

/** Receives the file of an admitted form as the whole object, unless the upload ends meanwhile. */
export function receiveForm(
  ports: Pick<OwnContent, 'incoming' | 'receivingGuard'>,
  uploadId: string,
  limits: SizeLimits,
  file: Readable,
): Promise<{ readonly etag: string }> {
  return ports.incoming.receiveWhole(incomingKey(uploadId), limits, file, () =>
    requireReceiving(ports.receivingGuard, uploadId),
  );
}

function requireField(fields: AddressFields, name: string, expected: string): void {
  if (fields[name] === expected) return;
  throw new RegistryError('address-invalid', `The form's field ${name} must be ${JSON.stringify(expected)}.`);
}
