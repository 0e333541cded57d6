import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { randomness } from '../../../test/support/samples.ts';
import { TestClock } from '../../../test/support/test-registry.ts';
import type { SigningKey } from '../../core/access/index.ts';
import { FilesystemSigningKeys } from './signing-keys.ts';

let folder: string;
let path: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-keys-'));
});
beforeEach(() => {
  path = join(folder, randomness.id(), 'session-keys.json');
});
after(() => rm(folder, { recursive: true }));

const someKey = (): SigningKey => ({
  id: randomness.id(),
  secret: randomness.bytes(32),
  createdAt: new Date('2026-01-31T12:00:00Z'),
});

test('the keys are kept as they were, in a file that only its owner reads, with no draft left', async () => {
  const keys = [someKey(), someKey()];
  await new FilesystemSigningKeys(path, new TestClock()).replace(keys);
  assert.deepEqual(await new FilesystemSigningKeys(path, new TestClock()).list(), keys);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o700);
  assert.deepEqual(await readdir(join(path, '..')), ['session-keys.json']);
});

test('of processes that make the first key at the same time, all get the same', async () => {
  const processes = Array.from({ length: 8 }, () => new FilesystemSigningKeys(path, new TestClock()));
  await Promise.all(processes.map((keys) => keys.ensureFirst(someKey())));
  const lists = await Promise.all(processes.map((keys) => keys.list()));
  for (const list of lists) assert.deepEqual(list, lists[0]);
  assert.equal(lists[0]?.length, 1);
});

test('what another process has changed is seen a second later', async () => {
  const clock = new TestClock();
  const [ours, theirs] = [new FilesystemSigningKeys(path, clock), new FilesystemSigningKeys(path, clock)];
  const [first, second] = [someKey(), someKey()];
  await ours.ensureFirst(first);
  assert.deepEqual(await ours.list(), [first]);
  await theirs.replace([first, second]);
  assert.deepEqual(await ours.list(), [first]);
  clock.advance(1);
  assert.deepEqual(await ours.list(), [first, second]);
});

test('a file that is damaged is told, not replaced', async () => {
  const keys = new FilesystemSigningKeys(path, new TestClock());
  await keys.replace([someKey()]);
  for (const damaged of ['{"keys": []}', '{"keys": [{"id": "k", "secret": "c2hvcnQ"}]}', 'nonsense']) {
    await writeFile(path, damaged);
    await assert.rejects(new FilesystemSigningKeys(path, new TestClock()).list());
    await assert.rejects(new FilesystemSigningKeys(path, new TestClock()).ensureFirst(someKey()));
    assert.equal(await readFile(path, 'utf8'), damaged);
  }
});
