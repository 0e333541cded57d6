import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { type SecretsManagerSettings, SecretsManagerStore } from './secrets-manager-store.ts';

export function openSecretsManager(
  aws: SecretsManagerClientConfig,
  settings: SecretsManagerSettings,
): SecretsManagerStore {
  return new SecretsManagerStore(new SecretsManagerClient(aws), settings);
}
