import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AddressKey } from '../../core/content/index.ts';
import { createSecretFile } from './secret-file.ts';
import { codeOf } from './storage-error.ts';

/**
 * The keys that sign addresses, from a file that only its owner can read:
 *
 *   [{ "id": "…", "secret": "<base64url, 32 bytes>" }, …]
 *
 * The first signs and all are believed, so an operator replaces a key by putting another before it. Made with one
 * key when there is none; of two processes that do so at once, both get the same. A file that cannot be understood
 * is an error and stays as it is.
 */
export async function openAddressKeys(path: string): Promise<readonly [AddressKey, ...AddressKey[]]> {
  try {
    return keysIn(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const key = { id: randomBytes(6).toString('base64url'), secret: randomBytes(32).toString('base64url') };
  await createSecretFile(path, `${JSON.stringify([key], null, 2)}\n`);
  return keysIn(await readFile(path, 'utf8'), path);
}

function keysIn(text: string, path: string): readonly [AddressKey, ...AddressKey[]] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    // Without the parser's message, which quotes the text.
  }
  const [first, ...others] = Array.isArray(given) ? given.map(keyOf) : [];
  if (first && others.every((key) => key !== null)) return [first, ...others];
  throw new Error(`${path} does not hold address keys.`);
}

function keyOf(given: unknown): AddressKey | null {
  const { id, secret } = (given ?? {}) as { id?: unknown; secret?: unknown };
  if (typeof id !== 'string' || typeof secret !== 'string') return null;
  const bytes = Buffer.from(secret, 'base64url');
  return bytes.length === 32 ? { id, secret: bytes } : null;
}
