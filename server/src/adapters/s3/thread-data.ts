import type { Checksums } from './s3-client.ts';

/** What a thread or another process needs to read located content by itself; plain data that survives cloning. */
export interface S3ThreadData {
  readonly client: {
    readonly region: string;
    readonly endpoint?: string;
    readonly pathStyle: boolean;
    readonly checksums: Checksums;
    readonly requestHandler: {
      readonly connectionTimeout: number;
      readonly requestTimeout: number;
      readonly throwOnRequestTimeout: true;
    };
    readonly maxAttempts: number;
    readonly retryMode: 'standard';
  };
  /** Where credentials are asked for: see lent-credentials.ts. */
  readonly lender: string;
}
