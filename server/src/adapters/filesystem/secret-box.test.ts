import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { StorageError } from '../../core/errors.ts';
import { FilesystemSecretBox } from './secret-box.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

const keyPath = () => join(folder, 'secrets', 'webhooks.key');
const permanent = (error: unknown) => error instanceof StorageError && error.failure === 'permanent';

test('what was sealed opens after a restart, and does not show the secret', async () => {
  const sealed = await (await FilesystemSecretBox.open(keyPath())).seal('whsec_geheim', 'webhook 1');
  assert.doesNotMatch(sealed, /geheim/);
  assert.equal(await (await FilesystemSecretBox.open(keyPath())).open(sealed, 'webhook 1'), 'whsec_geheim');
});

test('the key file is for its owner only, and nothing else is left beside it', async () => {
  await Promise.all([FilesystemSecretBox.open(keyPath()), FilesystemSecretBox.open(keyPath())]);
  assert.equal((await stat(keyPath())).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(folder, 'secrets')), ['webhooks.key']);
});

test('processes that start at once share one key', async () => {
  const [one, other] = await Promise.all([
    FilesystemSecretBox.open(keyPath()),
    FilesystemSecretBox.open(keyPath()),
  ]);
  assert.equal(await other.open(await one.seal('secret', 'a'), 'a'), 'secret');
});

test('a changed text, another purpose and another key open nothing', async () => {
  const box = await FilesystemSecretBox.open(keyPath());
  const other = await FilesystemSecretBox.open(join(folder, 'other.key'));
  const sealed = await box.seal('secret', 'a');
  const last = sealed.at(-1) === 'A' ? 'B' : 'A';
  await assert.rejects(box.open(sealed.slice(0, -1) + last, 'a'), permanent);
  await assert.rejects(box.open(sealed, 'b'), permanent);
  await assert.rejects(other.open(sealed, 'a'), permanent);
  await assert.rejects(box.open('secret', 'a'), permanent);
});

test('a key file of the wrong size is refused instead of used', async () => {
  await writeFile(join(folder, 'short.key'), 'AAAA');
  await assert.rejects(FilesystemSecretBox.open(join(folder, 'short.key')), /holds no key of 32 bytes/);
});
