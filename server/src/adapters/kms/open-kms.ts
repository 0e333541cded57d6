import { DescribeKeyCommand, KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';
import { type DataKeySettings, DataKeys } from './data-keys.ts';
import { KmsSecretBox } from './kms-secret-box.ts';

/** `probe` rejects when the key that new secrets are sealed under cannot be used. */
export function openKms(
  aws: KMSClientConfig,
  settings: DataKeySettings,
): { readonly secretBox: KmsSecretBox; probe(): Promise<void> } {
  const client = new KMSClient(aws);
  return {
    secretBox: new KmsSecretBox(new DataKeys(client, settings, () => performance.now())),
    async probe() {
      const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: settings.kmsKey }));
      if (KeyMetadata?.Enabled !== true) throw new Error(`The KMS key is ${KeyMetadata?.KeyState}.`);
    },
  };
}
