import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ScratchFullError } from '../../core/checks/index.ts';
import { ScratchFolder } from './scratch-folder.ts';

const base = mkdtempSync(join(tmpdir(), 'assay-scratch-'));
after(() => rmSync(base, { recursive: true }));

test('what was appended is read again, at any place', async () => {
  const file = new ScratchFolder(join(base, 'new'), 100).create();
  file.append(Buffer.from('some '));
  file.append(Buffer.from('words'));
  const source = file.source();
  assert.equal(source.sizeBytes, 10);
  assert.equal(Buffer.from(await source.read(0, 99)).toString(), 'some words');
  assert.equal(Buffer.from(await source.read(5, 3)).toString(), 'wor');
  assert.equal((await source.read(10, 3)).length, 0);
  file.release();
});

test('a file has no name, so that nothing is left of it whatever happens to the process', () => {
  const folder = join(base, 'nameless');
  const file = new ScratchFolder(folder, 100).create();
  file.append(Buffer.from('some words'));
  assert.deepEqual(readdirSync(folder), []);
  file.release();
});

test('all files together have no more bytes than allowed, and those of a released one are free again', () => {
  const space = new ScratchFolder(join(base, 'bounded'), 10);
  const [one, two] = [space.create(), space.create()];
  one.append(Buffer.alloc(6));
  assert.throws(() => two.append(Buffer.alloc(5)), ScratchFullError);
  two.append(Buffer.alloc(4));
  one.release();
  two.append(Buffer.alloc(6));
  two.release();
});

test('a folder that cannot be used is a storage error, since it says nothing about the content', () => {
  const path = join(base, 'file');
  writeFileSync(path, '');
  assert.throws(() => new ScratchFolder(join(path, 'folder'), 10).create(), {
    name: 'StorageError',
    failure: 'transient',
  });
});
