import { integer, text, type Values } from './fields.ts';

/** For ASSAY_ENCRYPTION=kms. */
export const encryptionFields = {
  kmsKey: text({
    variable: 'ASSAY_KMS_KEY',
    meaning:
      'The KMS key, by id, ARN or alias, that encrypts the data keys of new secrets. Older ones open with the key that they were sealed under, which must stay. Needed with ASSAY_ENCRYPTION=kms.',
    default: '',
  }),
  lifetimeMs: integer({
    variable: 'ASSAY_KMS_DATA_KEY_LIFETIME_MS',
    meaning:
      'How long a data key is used, and remembered once decrypted. While KMS does not answer, secrets with remembered data keys still open.',
    default: 600_000,
    unit: 'ms',
    minimum: 0,
    maximum: 86_400_000,
  }),
  uses: integer({
    variable: 'ASSAY_KMS_DATA_KEY_USES',
    meaning: 'How many secrets are sealed with one data key.',
    default: 1_000,
    minimum: 1,
    maximum: 1_000_000,
  }),
};

export type EncryptionConfig = Values<typeof encryptionFields>;
