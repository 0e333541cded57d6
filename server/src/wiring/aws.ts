import type { AwsClientSettings } from '../adapters/aws/client-settings.ts';
import type { Config } from '../config/index.ts';

/** The settings of every AWS client of this process, made when the first is needed. */
export type Aws = () => Promise<AwsClientSettings>;

export function awsOf(config: Config): Aws {
  let settings: Promise<AwsClientSettings> | undefined;
  return () => {
    settings ??= import('../adapters/aws/client-settings.ts').then(({ awsClientSettings }) =>
      awsClientSettings(config.aws),
    );
    return settings;
  };
}
