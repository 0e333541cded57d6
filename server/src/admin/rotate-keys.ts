import { rotateSessionKey } from '../core/access/index.ts';

/** Begins to sign session tokens with a new key. */
export async function rotateKeys(
  ports: Parameters<typeof rotateSessionKey>[0],
  print: (line: string) => void,
): Promise<void> {
  const id = await rotateSessionKey(ports);
  print(
    `New sessions are signed with the key ${id} from now on; those of the key before stay good for a while.`,
  );
}
