import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';

type CredentialsProvider = ReturnType<typeof fromNodeProviderChain>;

/** What the constructor of every AWS client takes; each adapter adds its own to it. */
export interface AwsClientSettings {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials: CredentialsProvider;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    /** From sending a try until its answer begins; an exceeded one throws. */
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
  readonly maxAttempts: number;
  /** Exponential waits with jitter, out of a budget that failures use up. */
  readonly retryMode: 'standard';
}

export interface AwsAccess {
  readonly region: string;
  /** Empty: the public addresses of the services. */
  readonly endpoint: string;
  /** Empty: none is assumed. */
  readonly roleArn: string;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly attempts: number;
}

/** One set of settings for all clients, so that they share the credentials and renew them together. */
export function awsClientSettings(access: AwsAccess): AwsClientSettings {
  return {
    region: access.region,
    ...(access.endpoint !== '' && { endpoint: access.endpoint }),
    credentials: credentialsOf(access),
    requestHandler: {
      connectionTimeout: access.connectTimeoutMs,
      requestTimeout: access.requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
    maxAttempts: access.attempts,
    retryMode: 'standard',
  };
}

/** The usual chain: environment, shared files, web identity, container and instance roles. */
function credentialsOf({ region, roleArn }: AwsAccess): CredentialsProvider {
  if (roleArn === '') return fromNodeProviderChain({ clientConfig: { region } });
  return fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: 'assay' },
    clientConfig: { region },
  });
}
