import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import { SigningKeys } from '../core/access/index.ts';
import type { Clock, Randomness } from '../core/clock.ts';
import { AddressKeys } from '../core/content/index.ts';
import { KeyedSecretBox, type SecretBox } from '../core/events/index.ts';
import type { SecretStore } from '../core/secrets.ts';
import { RegistryKeys } from '../core/signing/index.ts';
import type { Aws } from './aws.ts';
import type { Guards } from './guards.ts';

export interface SecretPorts {
  readonly secrets: SecretStore;
  readonly signingKeys: SigningKeys;
  readonly addressKeys: AddressKeys;
  readonly registryKeys: RegistryKeys;
  readonly secretBox: SecretBox;
}

/** Each engine's code is loaded when it is chosen. */
const stores: Record<Config['engines']['secrets'], (config: Config, aws: Aws) => Promise<SecretStore>> = {
  async folder({ storage }) {
    const { SecretFolder } = await import('../adapters/filesystem/secret-folder.ts');
    return new SecretFolder(join(storage.dataFolder, 'secrets'));
  },

  async 'secrets-manager'({ secrets: { prefix, kmsKey, refreshMs } }, aws) {
    const { openSecretsManager } = await import('../adapters/secrets-manager/open-secrets-manager.ts');
    return openSecretsManager(await aws(), { prefix, kmsKeyId: kmsKey, refreshMs });
  },
};

interface BoxPorts {
  readonly secrets: SecretStore;
  readonly randomness: Randomness;
  readonly aws: Aws;
}

const boxes: Record<
  Config['engines']['encryption'],
  (config: Config, ports: BoxPorts) => Promise<SecretBox>
> = {
  key: (_config, ports) => KeyedSecretBox.open(ports),

  async kms({ encryption }, { aws }) {
    const { openKms } = await import('../adapters/kms/open-kms.ts');
    return openKms(await aws(), encryption).secretBox;
  },
};

/** Nothing is made in it. */
export function openSecretStore(config: Config, aws: Aws): Promise<SecretStore> {
  return stores[config.engines.secrets](config, aws);
}

/** The keys of this registry, made when there are none. */
export async function openSecrets(
  config: Config,
  given: {
    readonly clock: Clock;
    readonly randomness: Randomness;
    readonly aws: Aws;
    readonly guards: Guards;
  },
): Promise<SecretPorts> {
  const store = await openSecretStore(config, given.aws);
  const ports = { ...given, secrets: given.guards.secretStore(store) };
  return {
    secrets: ports.secrets,
    signingKeys: new SigningKeys(ports),
    addressKeys: await AddressKeys.open(ports),
    registryKeys: await RegistryKeys.open(ports),
    secretBox: await boxes[config.engines.encryption](config, ports),
  };
}
