import { S3Client } from '@aws-sdk/client-s3';

/** Temporary ones are renewed by whoever provides them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** What every AWS client is made with. */
export interface ClientSettings {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials: () => Promise<Credentials>;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
}

/**
 * What the bytes that we send carry with them for the server to compare. `none`: for servers that do not know S3's
 * checksums; the signature covers the bytes all the same, and the digest is compared after every reading.
 */
export type Checksums = 'sha256' | 'crc64nvme' | 'none';

/** More requests than that wait: each large reading has a few under way. */
const maximumSockets = 256;

export function s3Client(
  settings: ClientSettings & { readonly pathStyle: boolean; readonly checksums: Checksums },
): S3Client {
  const { pathStyle, checksums, requestHandler, ...client } = settings;
  const when = checksums === 'none' ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED';
  const agent = { keepAlive: true, maxSockets: maximumSockets };
  return new S3Client({
    ...client,
    requestHandler: {
      ...requestHandler,
      // A body that stands still is given up like an answer that does not begin.
      socketTimeout: requestHandler.requestTimeout,
      httpAgent: agent,
      httpsAgent: agent,
    },
    forcePathStyle: pathStyle,
    requestChecksumCalculation: when,
    responseChecksumValidation: when,
  });
}

/** Signs addresses for others: they carry no checksum, since the bytes are not there yet. */
export function presigningClient(settings: ClientSettings & { readonly pathStyle: boolean }): S3Client {
  return s3Client({ ...settings, checksums: 'none' });
}
