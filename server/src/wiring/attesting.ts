import type { Config } from '../config/index.ts';
import type { RegistryIdentity } from '../core/hallmarks/index.ts';
import type { RegistrySigner } from '../core/signing/index.ts';

/** What the registry signs with, and in whose name. */
export function attestingPorts(
  { hallmarks, server }: Config,
  { registryKeys }: { readonly registryKeys: RegistrySigner },
): { readonly signer: RegistrySigner; readonly identity: RegistryIdentity } {
  return {
    signer: registryKeys,
    identity: { name: hallmarks.registryName, url: server.publicUrl === '' ? null : server.publicUrl },
  };
}
