import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { SecretFolder } from './secret-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('secrets are files that only their owner reads, in a folder that only its owner enters, and nothing else', async () => {
  const secrets = new SecretFolder(join(folder, 'secrets'));
  const { version } = await secrets.create('key', 'first');
  await secrets.replace('key', 'second', version);
  assert.deepEqual(await readdir(join(folder, 'secrets')), ['key']);
  assert.equal((await stat(join(folder, 'secrets', 'key'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(folder, 'secrets'))).mode & 0o777, 0o700);
});

test('a lock that a crashed process has left stops nobody for long', async () => {
  const secrets = new SecretFolder(folder);
  const { version } = await secrets.create('key', 'first');
  const lock = join(folder, 'key.lock');
  await writeFile(lock, '');
  await utimes(lock, new Date(0), new Date(0));
  assert.equal(await secrets.replace('key', 'second', version), true);
});

test('what cannot be read is no missing secret', async () => {
  await assert.rejects(new SecretFolder(join('/dev/null', 'secrets')).read('key'), {
    name: 'StorageError',
    failure: 'transient',
  });
});
