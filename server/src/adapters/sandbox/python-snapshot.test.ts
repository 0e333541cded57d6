import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pythonSnapshot } from './python-snapshot.ts';
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

  test('is refused where it cannot be written', async () => {
    const file = join(folder, 'no-folder');
    await writeFile(file, '');
    await chmod(file, 0o600);
    await assert.rejects(pythonSnapshot(join(file, 'cache')));
  });
});
