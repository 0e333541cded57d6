import type { Area } from '../../core/content/index.ts';

/** Who encrypts what lies in the buckets. `none`: whatever the bucket does by itself. */
export type Encryption =
  | { readonly by: 'none' }
  | { readonly by: 's3' }
  /** A key of AWS KMS: its id, ARN or alias. One data key serves a bucket for a while, which saves calls to KMS. */
  | { readonly by: 'kms'; readonly keyId: string };

/** What requests that write an object into `area` say about it. */
export function encryptionParameters(encryption: Encryption, area: Area) {
  switch (encryption.by) {
    case 'none':
      return {};
    case 's3':
      return { ServerSideEncryption: 'AES256' } as const;
    case 'kms':
      return {
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: encryption.keyId,
        SSEKMSEncryptionContext: contextOf(area),
        BucketKeyEnabled: true,
      } as const;
  }
}

/** The same as the fields of a form, each of which is also a condition. */
export function encryptionFields(encryption: Encryption, area: Area): Readonly<Record<string, string>> {
  const header = 'x-amz-server-side-encryption';
  switch (encryption.by) {
    case 'none':
      return {};
    case 's3':
      return { [header]: 'AES256' };
    case 'kms':
      return {
        [header]: 'aws:kms',
        [`${header}-aws-kms-key-id`]: encryption.keyId,
        [`${header}-context`]: contextOf(area),
        [`${header}-bucket-key-enabled`]: 'true',
      };
  }
}

/** Stands in every use of the key on record, and policies of the key can ask for it. */
function contextOf(area: Area): string {
  return Buffer.from(JSON.stringify({ application: 'assay', area })).toString('base64');
}
