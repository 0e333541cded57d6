// The memory of a started Python, kept in a file: starting from it takes a third of a second instead of two. It is made
// when it is first needed, and again when anything of what made it has changed or the file is damaged.
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openSnapshot } from './worker/snapshot-file.ts';
import { snapshotProgram } from './worker-programs.ts';

const run = promisify(execFile);
const name = /^python-.*\.(?:snapshot|part)$/;
/** Left behind by a release before, or by a process that was killed while it wrote. */
const staleMs = 7 * 24 * 3_600_000;
const buildMs = 120_000;

/**
 * The file's path, in `folder`, which is created. Of several processes that make it at the same time each puts a whole
 * one into place. Rejects when it cannot be written, or is aborted.
 */
export async function pythonSnapshot(folder: string, signal?: AbortSignal): Promise<string> {
  const path = await fittingPath(folder);
  if (await isSound(path)) return path;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeStale(folder);
  const part = join(folder, `python-${randomUUID()}.part`);
  try {
    await run(process.execPath, snapshotProgram(part), { env: {}, timeout: buildMs, signal });
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
  return path;
}

/** The path of one that was made beforehand, in a folder that is only read; null when none there is whole and fits. */
export async function readySnapshot(folder: string): Promise<string | null> {
  const path = await fittingPath(folder);
  return (await isSound(path)) ? path : null;
}

/** Whether there is one in the folder, be it of an earlier release: scripts were run here. */
export async function hasSnapshot(folder: string): Promise<boolean> {
  const files = await readdir(folder).catch(() => []);
  return files.some((file) => name.test(file));
}

/** Another one for everything that the memory depends on. */
async function fittingPath(folder: string): Promise<string> {
  const { version } = createRequire(import.meta.url)('pyodide/package.json') as { version: string };
  const hash = createHash('sha256').update(`${process.version} ${process.arch}`);
  for (const file of ['build-snapshot', 'python-runtime', 'snapshot-file'] as const) {
    hash.update(await readFile(new URL(`./worker/${file}.ts`, import.meta.url)));
  }
  return join(folder, `python-${version}-${hash.digest('hex').slice(0, 16)}.snapshot`);
}

async function removeStale(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!name.test(file)) continue;
    const path = join(folder, file);
    const known = await stat(path).catch(() => null);
    if (known !== null && Date.now() - known.mtimeMs > staleMs) await rm(path, { force: true });
  }
}

/** Also what cannot be read is not. */
async function isSound(path: string): Promise<boolean> {
  return await readFile(path)
    .then(openSnapshot)
    .then(
      () => true,
      () => false,
    );
}
