// When it is tried out what confines scripts.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pythonSnapshot } from '../../src/adapters/sandbox/python-snapshot.ts';
import { openSandbox } from '../../src/adapters/sandbox/sandbox.ts';
import type { SandboxSettings } from '../../src/adapters/sandbox/settings.ts';
import { cacheFolder, noSandbox, testSettings } from './range.ts';

/** One in which it fails, which shows that it was tried. */
function failingSandbox(folders: Pick<SandboxSettings, 'preparedFolder' | 'cacheFolder'>) {
  const settings = { ...testSettings, ...folders, requireKernelLayer: true };
  return openSandbox(settings, { kernel: false, webAssembly: true });
}

test('where scripts were run before it is tried out without a script', async () => {
  await pythonSnapshot(cacheFolder);
  await using sandbox = failingSandbox({ preparedFolder: null, cacheFolder });
  assert.equal((await sandbox.health()).ready, true);
  await sandbox.prepareIfExpected();
  assert.equal((await sandbox.health()).ready, false);
});

test('where everything was prepared it is tried out without a script, and nothing is written', async () => {
  const untouched = join(tmpdir(), randomUUID());
  await pythonSnapshot(cacheFolder);
  await using sandbox = failingSandbox({ preparedFolder: cacheFolder, cacheFolder: untouched });
  await sandbox.prepareIfExpected();
  assert.equal((await sandbox.health()).ready, false);
  assert.equal(existsSync(untouched), false);
});

describe('a folder with nothing that fits', { skip: noSandbox }, () => {
  test('is told of, and what Python starts from is made in the other one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-prepared-'));
    const reported: string[] = [];
    const report = (problem: string) => reported.push(problem);
    await using sandbox = openSandbox({ ...testSettings, preparedFolder: folder, report });
    assert.deepEqual(await sandbox.checkSyntax('python', 'pass'), { ok: true });
    assert.match(reported.join(), new RegExp(`^${folder} has no memory of Python that is whole and fits`));
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });
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
  await using sandbox = failingSandbox({ preparedFolder: null, cacheFolder: folder });
  await sandbox.prepareIfExpected();
  assert.equal((await sandbox.health()).ready, true);
  assert.equal(existsSync(folder), false);
});
