import type { Checksums, ClientSettings } from './s3-client.ts';

/** What a thread or another process needs to read located content by itself; plain data that survives cloning. */
export interface S3ThreadData {
  readonly client: Omit<ClientSettings, 'credentials'> & {
    readonly pathStyle: boolean;
    readonly checksums: Checksums;
  };
  /** Where credentials are asked for: see lent-credentials.ts. */
  readonly lender: string;
}
