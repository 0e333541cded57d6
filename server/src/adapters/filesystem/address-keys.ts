import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AddressKey } from '../../core/content/index.ts';
import { codeOf, storageErrorFrom } from './storage-error.ts';

/**
 * The keys that sign addresses, from a file that only its owner can read:
 *
 *   [{ "id": "…", "secret": "<base64url, 32 bytes>" }, …]
 *
 * The first signs and all are believed, so an operator replaces a key by putting another before it. Made with one
 * key when there is none; of two processes that do so at once, both get the same.
 */
export async function openAddressKeys(path: string): Promise<readonly [AddressKey, ...AddressKey[]]> {
  try {
    return parse(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  try {
    await create(path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw storageErrorFrom(error, path);
  }
  return parse(await readFile(path, 'utf8'), path);
}

async function create(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const key = { id: randomBytes(6).toString('base64url'), secret: randomBytes(32).toString('base64url') };
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify([key], null, 2)}\n`);
    await file.sync();
    // Unlike a rename, a link does not replace what another process has made meanwhile.
    await link(temporary, path);
  } finally {
    await file.close();
    await unlink(temporary);
  }
}

function parse(text: string, path: string): readonly [AddressKey, ...AddressKey[]] {
  const unreadable = () => new Error(`${path} does not hold address keys`);
  const given: unknown = JSON.parse(text);
  if (!Array.isArray(given)) throw unreadable();
  const [first, ...others] = given.map(({ id, secret }: { id?: unknown; secret?: unknown }): AddressKey => {
    if (typeof id !== 'string' || typeof secret !== 'string') throw unreadable();
    const bytes = Buffer.from(secret, 'base64url');
    if (bytes.length !== 32) throw unreadable();
    return { id, secret: bytes };
  });
  if (first === undefined) throw unreadable();
  return [first, ...others];
}
