import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import type { SigningKeys } from '../core/access/index.ts';
import type { Clock } from '../core/clock.ts';
import type { AddressKey } from '../core/content/index.ts';
import type { SecretBox } from '../core/events/index.ts';

export interface SecretPorts {
  readonly signingKeys: SigningKeys;
  readonly addressKeys: readonly [AddressKey, ...AddressKey[]];
  readonly secretBox: SecretBox;
}

/** The keys of this registry, made when there are none. */
export async function openSecrets(config: Config, clock: Clock): Promise<SecretPorts> {
  const [{ openAddressKeys }, { FilesystemSecretBox }, { FilesystemSigningKeys }] = await Promise.all([
    import('../adapters/filesystem/address-keys.ts'),
    import('../adapters/filesystem/secret-box.ts'),
    import('../adapters/filesystem/signing-keys.ts'),
  ]);
  const folder = join(config.storage.dataFolder, 'secrets');
  return {
    signingKeys: new FilesystemSigningKeys(join(folder, 'session-keys.json'), clock),
    addressKeys: await openAddressKeys(join(folder, 'address-keys.json')),
    secretBox: await FilesystemSecretBox.open(join(folder, 'webhook-key')),
  };
}
