import assert from 'node:assert/strict';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pythonSnapshot, readySnapshot } from './python-snapshot.ts';
import { openSnapshot, sealSnapshot } from './worker/snapshot-file.ts';

test('a snapshot that was changed or cut off is not used', () => {
  const file = Buffer.concat(sealSnapshot(Buffer.from('memory of Python')));
  assert.equal(Buffer.from(openSnapshot(file)).toString(), 'memory of Python');
  for (let at = 0; at < file.length; at++) {
    const changed = Buffer.from(file);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    assert.throws(() => openSnapshot(changed), /damaged/);
    assert.throws(() => openSnapshot(file.subarray(0, at)), /damaged/);
  }
});

describe('the snapshot of Python', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-snapshot-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('is made once by several at the same time, whole, and nothing else is left', async () => {
    const stale = join(folder, 'python-0-old.snapshot');
    await writeFile(stale, 'old');
    await utimes(stale, 0, 0);
    await writeFile(join(folder, 'other'), 'stays');
    const [one, two] = await Promise.all([pythonSnapshot(folder), pythonSnapshot(folder)]);
    assert.equal(one, two);
    assert.equal((await stat(one)).mode & 0o777, 0o600);
    assert.deepEqual((await readdir(folder)).sort(), ['other', one.slice(folder.length + 1)].sort());
    assert.ok(openSnapshot(await readFile(one)).length > 1_000_000);
    const made = (await stat(one)).ino;
    assert.equal((await stat(await pythonSnapshot(folder))).ino, made, 'it was made again');
  });

  test('is used where it lies ready, and that of another release, or a damaged one, is not', async () => {
    const ready = join(folder, 'ready');
    assert.equal(await readySnapshot(ready), null);
    const path = join(ready, basename(await pythonSnapshot(folder)));
    await mkdir(ready);
    await copyFile(await pythonSnapshot(folder), join(ready, 'python-0-other.snapshot'));
    assert.equal(await readySnapshot(ready), null);
    await copyFile(await pythonSnapshot(folder), path);
    assert.equal(await readySnapshot(ready), path);
    await truncate(path, 1_000_000);
    assert.equal(await readySnapshot(ready), null);
  });

  test('is made anew when it was damaged', async () => {
    const path = await pythonSnapshot(folder);
    await truncate(path, 1_000_000);
    assert.equal(await pythonSnapshot(folder), path);
    assert.ok(openSnapshot(await readFile(path)).length > 1_000_000);
  });

  test('is refused where it cannot be written', async () => {
    const file = join(folder, 'no-folder');
    await writeFile(file, '');
    await chmod(file, 0o600);
    await assert.rejects(pythonSnapshot(join(file, 'cache')));
  });
});
