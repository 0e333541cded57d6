import { integer, list, type Values } from './fields.ts';

const mebibyte = 1024 * 1024;

export const uploadFields = {
  maximumBytes: integer({
    variable: 'ASSAY_UPLOAD_MAXIMUM_BYTES',
    meaning: 'The largest package that is accepted. Uploads take parts of at most 64 MiB, 10,000 of them.',
    default: 10 * 1024 * mebibyte,
    unit: 'bytes',
    minimum: 1,
    maximum: 10_000 * 64 * mebibyte,
  }),
  formMaximumBytes: integer({
    variable: 'ASSAY_UPLOAD_FORM_MAXIMUM_BYTES',
    meaning: 'Packages up to this size are sent as one form, larger ones in parts.',
    default: 32 * mebibyte,
    unit: 'bytes',
    minimum: 0,
    maximum: 5 * 1024 * mebibyte,
  }),
  acceptedTypes: list({
    variable: 'ASSAY_UPLOAD_TYPES',
    meaning: 'Content types that an upload may declare. What the bytes are is found out by the checks.',
    default: ['application/zip', 'application/x-zip-compressed'],
  }),
  maximumOpen: integer({
    variable: 'ASSAY_UPLOAD_MAXIMUM_OPEN',
    meaning: 'Uploads that one user may have open at the same time.',
    default: 100,
    minimum: 1,
    maximum: 199,
  }),
  lifetimeMs: integer({
    variable: 'ASSAY_UPLOAD_LIFETIME_MS',
    meaning: 'How long an upload stays open. One that is not completed by then is removed with its bytes.',
    default: 24 * 3_600_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 30 * 24 * 3_600_000,
  }),
  addressLifetimeMs: integer({
    variable: 'ASSAY_UPLOAD_ADDRESS_LIFETIME_MS',
    meaning:
      'How long the address of a form or a part is good. New ones can be had while the upload is open.',
    default: 3_600_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 12 * 3_600_000,
  }),
  downloadLifetimeMs: integer({
    variable: 'ASSAY_DOWNLOAD_ADDRESS_LIFETIME_MS',
    meaning: 'How long a download may be begun at the address that the gate gave out.',
    default: 300_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 300_000,
  }),
};

export type UploadsConfig = Values<typeof uploadFields>;
