import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness, someAuditEntry } from '../../../test/support/samples.ts';
import { TestClock } from '../../../test/support/test-registry.ts';
import { memoryEngine } from '../../adapters/memory/memory-engine.ts';
import { MemorySecretStore } from '../../adapters/memory/secret-store.ts';
import type { AuditTree } from '../../core/audit/index.ts';
import { RegistryKeys } from '../signing/index.ts';
import { TreeKeeper } from './keep-tree.ts';
import { makeCheckpoint } from './make-checkpoint.ts';

const settings = { origin: 'test/audit', everyMs: 5, checkpointEveryMs: 60_000, checkpointEntries: 100 };

async function keepers(count: number, standIn: Partial<AuditTree> = {}) {
  const { audit, auditTree, commit } = memoryEngine();
  const clock = new TestClock();
  const signer = await RegistryKeys.open({ clock, randomness, secrets: new MemorySecretStore() });
  const tree: AuditTree = Object.assign(auditTree, standIn);
  const problems: unknown[] = [];
  const ports = { clock, randomness, signer, auditTree: tree };
  const all = Array.from(
    { length: count },
    () => new TreeKeeper(ports, settings, (_problem, cause) => problems.push(cause)),
  );
  const append = (entries: number) => audit.append(Array.from({ length: entries }, () => someAuditEntry()));
  return { all, append, audit, tree, clock, signer, problems, commit };
}

test('a pass takes everything that waits, in batches, and signs it', async () => {
  const { all, append, tree } = await keepers(1);
  await append(1_000);
  await all[0]?.pass();
  assert.equal((await tree.head()).size, 1_000);
  assert.equal((await tree.checkpoint())?.size, 1_000);
});

test('a checkpoint is signed when the last one is old or many entries are new, and only for what is new', async () => {
  const { all, append, tree, clock } = await keepers(1);
  const pass = async (entries: number) => {
    await append(entries);
    await all[0]?.pass();
    return (await tree.checkpoint())?.size;
  };
  assert.equal(await pass(0), undefined);
  assert.equal(await pass(1), 1);
  assert.equal(await pass(50), 1);
  assert.equal(await pass(49), 1);
  assert.equal(await pass(1), 101);
  assert.equal(await pass(1), 101);
  clock.advance(60);
  assert.equal(await pass(0), 102);
  clock.advance(3_600);
  assert.equal(await pass(0), 102);
});

test('the others stand by while one keeps the tree, and take over when it is gone', async () => {
  const { all, append, tree, clock } = await keepers(2);
  const [one = assert.fail(), other = assert.fail()] = all;
  await append(1);
  await one.pass();
  await append(1);
  await other.pass();
  assert.equal((await tree.head()).size, 1);
  await one.pass();
  assert.equal((await tree.head()).size, 2);
  await append(1);
  clock.advance(11);
  await other.pass();
  assert.equal((await tree.head()).size, 3);
});

test('nothing is signed over a tree that does not begin with what was signed before', async () => {
  const tampered = { on: false };
  const { all, append, tree } = await keepers(1);
  const tiles = tree.tiles.bind(tree);
  tree.tiles = async (keys) =>
    (await tiles(keys)).map((tile) =>
      tampered.on && tile !== null ? tile.with(5, 255 - (tile[5] ?? 0)) : tile,
    );
  await append(200);
  await all[0]?.pass();
  tampered.on = true;
  await append(200);
  await assert.rejects(async () => all[0]?.pass(), { name: 'TreeTamperedError' });
  assert.equal((await tree.checkpoint())?.size, 200);
});

test('who is slower than another has nothing to sign, and nothing to complain about', async () => {
  const { all, append, tree, clock, signer } = await keepers(1);
  await append(200);
  await all[0]?.pass();
  const signed = await makeCheckpoint({ clock, tree, signer }, { origin: settings.origin, size: 150 });
  assert.equal(signed.size, 200);
  assert.equal(await tree.checkpoint(150), null);
});

test('a keeper goes on after a failure, tells it, and stops behind the batch that was begun', async () => {
  let failures = 2;
  const { all, append, tree, problems } = await keepers(1);
  const head = tree.head.bind(tree);
  const done = Promise.withResolvers<void>();
  const appendTo = tree.append.bind(tree);
  tree.head = async () => {
    if (failures-- > 0) throw new Error('no answer');
    return head();
  };
  tree.append = async (addition) => {
    const appended = await appendTo(addition);
    done.resolve();
    return appended;
  };
  await append(10);
  all[0]?.start();
  await done.promise;
  await all[0]?.stop();
  assert.equal(problems.length, 2);
  assert.equal((await tree.head()).size, 10);
});
