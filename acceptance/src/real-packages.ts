// Real packages of others, out of what is installed beside the tests.
import { readdir } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

/**
 * The files of an installed npm package, as in its tarball all in one folder: path inside → path on this machine.
 * Packages nested below it are left out.
 */
export async function installedPackage(name: string, folder = 'package'): Promise<Map<string, string>> {
  const manifest = findPackageJSON(name, import.meta.url);
  if (manifest === undefined) throw new Error(`${name} is not installed`);
  const top = dirname(manifest);
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const inside = relative(top, path).split(sep);
    if (entry.isFile() && !inside.includes('node_modules')) files.set([folder, ...inside].join('/'), path);
  }
  return files;
}
