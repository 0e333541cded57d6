// When it is tried out what confines scripts.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pythonSnapshot } from '../../src/adapters/sandbox/python-snapshot.ts';
import { openSandbox } from '../../src/adapters/sandbox/sandbox.ts';
import { cacheFolder, testSettings } from './range.ts';

/** One in which it fails, which shows that it was tried. */
function failingSandbox(folder: string) {
  const settings = { ...testSettings, cacheFolder: folder, requireKernelLayer: true };
  return openSandbox(settings, { kernel: false, webAssembly: true });
}

test('where scripts were run before it is tried out without a script', async () => {
  await pythonSnapshot(cacheFolder);
  await using sandbox = failingSandbox(cacheFolder);
  assert.equal((await sandbox.health()).ready, true);
  await sandbox.prepareIfUsed();
  assert.equal((await sandbox.health()).ready, false);
});

test('trying it out is broken off when the sandbox is closed, and nothing is said of it', async () => {
  const reported: string[] = [];
  const report = (problem: string) => reported.push(problem);
  await pythonSnapshot(cacheFolder);
  const sandbox = openSandbox({ ...testSettings, report }, { kernel: false, webAssembly: true });
  const preparing = sandbox.prepare();
  await sandbox[Symbol.asyncDispose]();
  // Tried to its end, it would be.
  assert.equal((await preparing).ready, false);
  assert.deepEqual(reported, []);
});

test('where no script ever was, nothing is done and nothing written before one comes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-cache-'));
  await rm(folder, { recursive: true });
  await using sandbox = failingSandbox(folder);
  await sandbox.prepareIfUsed();
  assert.equal((await sandbox.health()).ready, true);
  assert.equal(existsSync(folder), false);
});
