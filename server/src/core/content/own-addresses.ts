// Receiving and serving at addresses of this server: the stores of an installation without S3. Bytes are kept by
// the adapters; which addresses there are and what they say is decided here, once for all of them.
import type {
  ContentStore,
  IncomingStore,
  ReceivingGuard,
  ReceivingStore,
  ServingGuard,
  ServingStore,
} from './ports.ts';
import type { AddressFields, SignedAddresses } from './signed-address.ts';
import { type ContentKey, packageKey, printKey } from './storage-layout.ts';

/** What is needed to answer those addresses. */
export interface OwnContent {
  readonly addresses: SignedAddresses;
  readonly content: ContentStore;
  readonly incoming: IncomingStore;
  readonly receivingGuard: ReceivingGuard;
  readonly servingGuard: ServingGuard;
}

/** What S3 calls server-side encryption, as a condition of a form: here it is the disk's matter, not the store's. */
export const storedEncryption = 'none';

export function receivingAtOwnAddresses(
  ports: Pick<OwnContent, 'addresses' | 'incoming'>,
  publicUrl: () => string,
): ReceivingStore {
  const { addresses, incoming } = ports;
  return {
    begin: (key, sizeBytes, partSizeBytes) => incoming.begin(key, sizeBytes, partSizeBytes),
    listParts: (key, handle) => incoming.listParts(key, handle),
    join: (key, handle, parts) => incoming.join(key, handle, parts),
    abort: (key, handle) => incoming.abort(key, handle),
    listSessions: () => incoming.listSessions(),

    async addressForm(key, conditions, expiresAt) {
      const path = formPath(uploadOf(key));
      const fields = await addresses.sign(
        'POST',
        path,
        {
          key: printKey(key),
          'Content-Type': conditions.contentType,
          'x-assay-encryption': storedEncryption,
          'minimum-bytes': String(conditions.minimumBytes),
          'maximum-bytes': String(conditions.maximumBytes),
        },
        expiresAt,
      );
      return { url: `${publicUrl()}${path}`, fields, expiresAt };
    },

    async addressPart(key, _handle, { partNumber, sizeBytes, offset }, expiresAt) {
      const path = partPath(uploadOf(key), partNumber);
      const fields = await addresses.sign(
        'PUT',
        path,
        { size: String(sizeBytes), offset: String(offset) },
        expiresAt,
      );
      return { partNumber, url: addressOf(publicUrl(), path, fields), expiresAt };
    },
  };
}

export function servingAtOwnAddresses(addresses: SignedAddresses, publicUrl: () => string): ServingStore {
  return {
    async addressContent(key, { digest, fileName, contentType, versionId }, expiresAt) {
      if (printKey(key) !== printKey(packageKey(digest))) {
        throw new Error(`${printKey(key)} is not the content ${digest}`);
      }
      const path = contentPath(digest);
      const fields = await addresses.sign(
        'GET',
        path,
        { version: versionId, name: fileName, type: contentType },
        expiresAt,
      );
      return addressOf(publicUrl(), path, fields);
    },
  };
}

export function formPath(uploadId: string): string {
  return `/content/incoming/${uploadId}`;
}

export function partPath(uploadId: string, partNumber: number | string): string {
  return `/content/incoming/${uploadId}/parts/${partNumber}`;
}

export function contentPath(digest: string): string {
  return `/content/packages/${digest}`;
}

function addressOf(publicUrl: string, path: string, fields: AddressFields): string {
  return `${publicUrl}${path}?${new URLSearchParams(fields)}`;
}

function uploadOf(key: ContentKey): string {
  if (key.area !== 'incoming') throw new Error(`${printKey(key)} is not a place to receive at`);
  return key.path;
}
