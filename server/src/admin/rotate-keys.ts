import { rotateSessionKey } from '../core/access/index.ts';
import type { RegistryKeys } from '../core/signing/index.ts';

type RotatePorts = Parameters<typeof rotateSessionKey>[0] & {
  readonly registryKeys: Pick<RegistryKeys, 'rotate'>;
};

/** Begins to sign session tokens, or what the registry states, with a new key. */
export async function rotateKeys(
  ports: RotatePorts,
  purpose: 'sessions' | 'hallmarks',
  print: (line: string) => void,
): Promise<void> {
  if (purpose === 'sessions') {
    const id = await rotateSessionKey(ports);
    print(
      `New sessions are signed with the key ${id} from now on; those of the key before stay good for a while.`,
    );
    return;
  }
  const id = await ports.registryKeys.rotate();
  print(
    `Hallmarks, receipts and checkpoints are signed with the key ${id} from now on; what the keys before have signed stays good, and they stay published.`,
  );
}
