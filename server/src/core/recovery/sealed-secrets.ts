// The secrets of a registry as one text that only a passphrase opens: AES-256-GCM under a key that scrypt makes of it.
import { createCipheriv, createDecipheriv, scryptSync } from 'node:crypto';
import type { Randomness } from '../clock.ts';
import { RegistryError } from '../errors.ts';
import { webhookKeySecret } from '../events/index.ts';
import type { SecretStore } from '../secrets.ts';
import { carriedSecrets } from '../transfer/index.ts';

/** By name. */
export type Secrets = Readonly<Record<string, string>>;

const names = [...carriedSecrets, webhookKeySecret];

/** Those that are there. */
export async function readSecrets(store: SecretStore): Promise<Secrets> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const stored = await store.read(name);
    if (stored !== null) found[name] = stored.text;
  }
  return found;
}

/** About 64 MiB and a tenth of a second: what a guess costs. */
const hardness = { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 27 };

export function sealSecrets(secrets: Secrets, passphrase: string, randomness: Randomness): string {
  const [salt, iv] = [randomness.bytes(16), randomness.bytes(12)];
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, hardness), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  const texts = { salt, iv, tag: cipher.getAuthTag(), sealed };
  const printed = Object.entries(texts).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]);
  return `${JSON.stringify({ format: 1, ...Object.fromEntries(printed) }, null, 2)}\n`;
}

/** Throws `permission-denied` when the passphrase is another one, or the text was changed. */
export function openSecrets(text: string, passphrase: string): Secrets {
  try {
    const { salt, iv, tag, sealed } = JSON.parse(text) as Record<string, string>;
    const [saltBytes, ivBytes, tagBytes, sealedBytes] = [salt, iv, tag, sealed].map((part) =>
      Buffer.from(part ?? '', 'base64'),
    ) as [Buffer, Buffer, Buffer, Buffer];
    const key = scryptSync(passphrase, saltBytes, 32, hardness);
    const decipher = createDecipheriv('aes-256-gcm', key, ivBytes, { authTagLength: 16 }).setAuthTag(
      tagBytes,
    );
    return JSON.parse(Buffer.concat([decipher.update(sealedBytes), decipher.final()]).toString('utf8'));
  } catch (cause) {
    throw new RegistryError('permission-denied', 'The secrets of the backup do not open with this key.', {
      cause,
    });
  }
}
