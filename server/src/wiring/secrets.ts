import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import { SigningKeys } from '../core/access/index.ts';
import type { Clock, Randomness } from '../core/clock.ts';
import { AddressKeys } from '../core/content/index.ts';
import { KeyedSecretBox, type SecretBox } from '../core/events/index.ts';
import type { SecretStore } from '../core/secrets.ts';

export interface SecretPorts {
  readonly signingKeys: SigningKeys;
  readonly addressKeys: AddressKeys;
  readonly secretBox: SecretBox;
}

/** Each engine's code is loaded when it is chosen. */
const stores: Record<Config['engines']['secrets'], (config: Config) => Promise<SecretStore>> = {
  async folder({ storage }) {
    const { SecretFolder } = await import('../adapters/filesystem/secret-folder.ts');
    return new SecretFolder(join(storage.dataFolder, 'secrets'));
  },

  async 'secrets-manager'() {
    throw new Error('ASSAY_SECRETS=secrets-manager cannot be opened yet.');
  },
};

/** The keys of this registry, made when there are none. */
export async function openSecrets(
  config: Config,
  given: { readonly clock: Clock; readonly randomness: Randomness },
): Promise<SecretPorts> {
  const ports = { ...given, secrets: await stores[config.engines.secrets](config) };
  return {
    signingKeys: new SigningKeys(ports),
    addressKeys: await AddressKeys.open(ports),
    secretBox: await KeyedSecretBox.open(ports),
  };
}
