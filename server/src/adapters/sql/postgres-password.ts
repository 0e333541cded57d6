// Where the password of a connection comes from, each time that one is made.
import { readFile } from 'node:fs/promises';
import { Signer, type SignerConfig } from '@aws-sdk/rds-signer';
import { StorageError } from '../../core/errors.ts';

/** The first line of the file. */
export function passwordFromFile(path: string): () => Promise<string> {
  return async () => {
    try {
      const [line = ''] = (await readFile(path, 'utf8')).split(/\r?\n/);
      return line;
    } catch (error) {
      throw new StorageError('permanent', `the password cannot be read from ${path}`, error);
    }
  };
}

/** A token for Amazon RDS and Aurora, which is good for 15 minutes to connect, and for as long as one stays connected. */
export function passwordFromIam(given: {
  host: string;
  port: number;
  user: string;
  region: string;
  credentials: NonNullable<SignerConfig['credentials']>;
}): () => Promise<string> {
  const { host, port, user, region, credentials } = given;
  const signer = new Signer({ hostname: host, port, username: user, region, credentials });
  return () => signer.getAuthToken();
}
