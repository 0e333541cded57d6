import type { SigningKeys } from '../core/access/index.ts';
import type { RegistrySigner } from '../core/signing/index.ts';

/** One line for each key, oldest first: of sessions those that are believed, of hallmarks all. */
export async function listKeys(
  ports: {
    readonly signingKeys: Pick<SigningKeys, 'list'>;
    readonly registryKeys: Pick<RegistrySigner, 'publicKeys'>;
  },
  print: (line: string) => void,
): Promise<void> {
  for (const { id, createdAt } of await ports.signingKeys.list()) {
    print(`sessions   ${createdAt.toISOString()}  ${id}`);
  }
  for (const { keyId, createdAt, retiredAt } of await ports.registryKeys.publicKeys()) {
    const retired = retiredAt === null ? '' : `  retired ${retiredAt.toISOString()}`;
    print(`hallmarks  ${createdAt.toISOString()}  ${keyId}${retired}`);
  }
}
