import { choice, flag, integer, text, type Values } from './fields.ts';

const bucketPattern = /^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const bucketRule = 'the name of a bucket';
const urlPattern = /^$|^https?:\/\/[^\s/]+(\/[^\s]*)?$/;

function areaBucket(area: string, what: string) {
  return text({
    variable: `ASSAY_S3_BUCKET_${area}`,
    meaning: `The bucket of ${what}. Empty: ASSAY_S3_BUCKET.`,
    default: '',
    rule: bucketRule,
    pattern: bucketPattern,
  });
}

/** Buckets are on any server that speaks S3; what each server lacks is in docs/operations/s3.md. */
export const s3Fields = {
  bucket: text({
    variable: 'ASSAY_S3_BUCKET',
    meaning:
      'The bucket of every area that has none of its own. With ASSAY_CONTENT=s3, each area needs one or the other.',
    default: '',
    rule: bucketRule,
    pattern: bucketPattern,
  }),
  incomingBucket: areaBucket('INCOMING', 'bytes as they arrive'),
  packagesBucket: areaBucket('PACKAGES', 'published content'),
  quarantineBucket: areaBucket('QUARANTINE', 'content that did not pass'),
  processedBucket: areaBucket('PROCESSED', 'what analysis found'),
  validatorsBucket: areaBucket('VALIDATORS', 'scripts of package owners'),
  logsBucket: areaBucket('LOGS', 'logs'),
  backupsBucket: areaBucket('BACKUPS', 'backups'),
  createBuckets: flag({
    variable: 'ASSAY_S3_CREATE_BUCKETS',
    meaning: 'Make buckets that are missing. For trying things out: they get no rules and no policy.',
    default: false,
  }),
  versions: choice({
    variable: 'ASSAY_S3_VERSIONS',
    meaning:
      'Whether the buckets must keep versions, so that what was checked is bound to what is served by version ids. `optional`: for servers that cannot; then content is hashed again after it was promoted, and compared before an address is given out.',
    default: 'required',
    of: ['required', 'optional'],
  }),
  region: text({
    variable: 'ASSAY_S3_REGION',
    meaning: 'The region of the buckets. Empty: ASSAY_AWS_REGION, and us-east-1 where that is empty too.',
    default: '',
  }),
  endpoint: text({
    variable: 'ASSAY_S3_ENDPOINT',
    meaning: 'Where the S3 server is, when it is not that of AWS.',
    default: '',
    rule: 'an http or https URL',
    pattern: urlPattern,
  }),
  publicEndpoint: text({
    variable: 'ASSAY_S3_PUBLIC_ENDPOINT',
    meaning:
      'Where clients reach the S3 server, when that is not where this process does: presigned addresses begin with it.',
    default: '',
    rule: 'an http or https URL',
    pattern: urlPattern,
  }),
  pathStyle: flag({
    variable: 'ASSAY_S3_PATH_STYLE',
    meaning: 'Addresses as `https://host/bucket/key` instead of `https://bucket.host/key`.',
    default: false,
  }),
  encryption: choice({
    variable: 'ASSAY_S3_ENCRYPTION',
    meaning:
      'What is asked for with every object: `none` (whatever the bucket does by itself), `s3` (SSE-S3) or `kms` (SSE-KMS with ASSAY_S3_KMS_KEY).',
    default: 'none',
    of: ['none', 's3', 'kms'],
  }),
  kmsKey: text({
    variable: 'ASSAY_S3_KMS_KEY',
    meaning: 'The key of AWS KMS that encrypts objects: its id, ARN or alias.',
    default: '',
  }),
  checksums: choice({
    variable: 'ASSAY_S3_CHECKSUMS',
    meaning:
      'The checksum that bytes sent by this process carry. `none`: for servers that do not know them, such as older ones of Ceph.',
    default: 'sha256',
    of: ['sha256', 'crc64nvme', 'none'],
  }),
  requestTimeoutMs: integer({
    variable: 'ASSAY_S3_REQUEST_TIMEOUT_MS',
    meaning:
      'How long one try of a request to S3 may take until its answer begins, and how long a body may stand still. Copying inside S3 takes longer than other requests.',
    default: 60_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 600_000,
  }),
};

export type S3Config = Values<typeof s3Fields>;
