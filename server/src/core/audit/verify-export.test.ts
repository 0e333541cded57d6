import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness, someAuditEntry } from '../../../test/support/samples.ts';
import { TestClock } from '../../../test/support/test-registry.ts';
import { memoryEngine } from '../../adapters/memory/memory-engine.ts';
import { MemorySecretStore } from '../../adapters/memory/secret-store.ts';
import { RegistryKeys } from '../signing/index.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { type ExportRange, exportTree } from './export-tree.ts';
import { extendTree } from './extend-tree.ts';
import { makeCheckpoint } from './make-checkpoint.ts';
import { hashLeaf } from './tree-hash.ts';
import { BrokenExport, ExportVerifier, IncomparableExport } from './verify-export.ts';

const origin = 'test/audit';

/** A tree that was signed at each of the sizes. */
async function signedTree(...sizes: number[]) {
  const { audit, auditTree } = memoryEngine();
  const clock = new TestClock();
  const signer = await RegistryKeys.open({ clock, randomness, secrets: new MemorySecretStore() });
  const keeper = { id: 'k', until: clock.now() };
  for (const size of sizes) {
    while ((await auditTree.head()).size < size) {
      const { size: before } = await auditTree.head();
      const some = Math.min(256, size - before);
      await audit.append(
        Array.from({ length: some }, (_, i) => someAuditEntry({ reason: `entry ${before + i}` })),
      );
      await extendTree({ tree: auditTree }, keeper);
    }
    await makeCheckpoint({ clock, tree: auditTree, signer }, { origin, size });
  }
  const keys = await signer.publicKeys();
  const exported = async (range: ExportRange = {}) =>
    (await Array.fromAsync(await exportTree({ auditTree }, range))).join('');
  const checkpoint = async (size?: number) => {
    const { note } = (await auditTree.checkpoint(size)) ?? assert.fail();
    return parseCheckpoint(note);
  };
  return { audit, auditTree, signer, clock, keys, exported, checkpoint };
}

type Trusted = ConstructorParameters<typeof ExportVerifier<{ publicKey: Uint8Array }>>[0];

function verify(bytes: Buffer | string, trusted: Trusted) {
  const verifier = new ExportVerifier(trusted);
  const text = Buffer.from(bytes).toString('latin1');
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  for (const line of lines) verifier.take(Buffer.from(line, 'latin1'));
  if (last !== '') verifier.take(Buffer.from(last, 'latin1'));
  return verifier.outcome(last === '');
}

function broken(bytes: Buffer | string, trusted: Trusted): BrokenExport {
  try {
    verify(bytes, trusted);
  } catch (error) {
    if (error instanceof BrokenExport) return error;
    throw error;
  }
  return assert.fail('it was taken for intact');
}

test('an export is intact, whole or of any range', async () => {
  const { exported, keys } = await signedTree(7, 300);
  for (const size of [7, 300]) {
    for (const [from, until] of [
      [0, size],
      [0, 3],
      [3, 5],
      [size - 1, size],
      [2, 2],
      [0, 0],
      [size, size],
    ]) {
      const outcome = verify(await exported({ from, until, size }), { keys });
      assert.deepEqual([outcome.from, outcome.until, outcome.checkpoint.size], [from, until, size]);
    }
  }
  const middle = verify(await exported({ from: 255, until: 258 }), { keys });
  assert.deepEqual([middle.from, middle.until], [255, 258]);
});

test('every change of a single byte is found, and told with its line and the entry in it', async () => {
  const { exported, keys } = await signedTree(3, 8);
  for (const range of [{}, { from: 3, until: 6 }]) {
    const original = Buffer.from(await exported(range));
    const { from = 0, until = 8 } = range as { from?: number; until?: number };
    let line = 1;
    for (let place = 0; place < original.length; place++) {
      const isLineFeed = original[place] === 10;
      for (const flip of [1, 0xff]) {
        const changed = Buffer.from(original);
        changed[place] = (changed[place] ?? 0) ^ flip;
        const { line: told, firstIndex } = broken(changed, { keys });
        const what = `byte ${place} of line ${line}, flipped by ${flip}`;
        if (line === 1 || line === until - from + 2) continue;
        assert.equal(told, line, what);
        if (!isLineFeed) assert.equal(firstIndex, from + line - 2, what);
      }
      if (isLineFeed) line += 1;
    }
  }
});

test('an entry that was removed or inserted is told', async () => {
  const { exported, keys } = await signedTree(12);
  const lines = (await exported()).split('\n');
  const without = (index: number, count = 1) => lines.toSpliced(index + 1, count).join('\n');
  for (let index = 0; index < 12; index++) {
    const told = broken(without(index), { keys });
    assert.equal(told.firstIndex, index);
    assert.match(told.message, new RegExp(`^Entry ${index} was removed`));
    const twice = broken(lines.toSpliced(index + 1, 0, lines[index + 1] ?? '').join('\n'), { keys });
    assert.equal(twice.firstIndex, index === 11 ? 12 : index);
    assert.match(twice.message, /inserted/);
  }
  assert.match(broken(without(4, 3), { keys }).message, /^Entries 4 to 6 were removed/);
  assert.equal(broken(`${lines.slice(0, 9).join('\n')}\n`, { keys }).firstIndex, 8);
  assert.equal(broken((await exported()).slice(0, -1), { keys }).firstIndex, null);
  const swapped = lines.with(5, lines[6] ?? '').with(6, lines[5] ?? '');
  assert.equal(broken(swapped.join('\n'), { keys }).firstIndex, 4);
  assert.match(broken(`${await exported()}\n`, { keys }).message, /behind its end/);
  assert.match(broken('', { keys }).message, /empty/);
});

test('an entry that was changed together with its hash is narrowed down by the hashes above it', async () => {
  const { exported, keys } = await signedTree(12);
  const lines = (await exported()).split('\n');
  const forged = (index: number) => {
    const line = JSON.parse(lines[index + 1] ?? '');
    line.entry.reason = 'forged';
    const entry = JSON.stringify(line.entry);
    line.hash = hashLeaf(Buffer.from(entry)).toString('base64');
    return lines.with(index + 1, JSON.stringify(line)).join('\n');
  };
  assert.match(broken(forged(6), { keys }).message, /^One of the entries 6 to 7 was changed/);
  assert.equal(broken(forged(6), { keys }).firstIndex, 6);
  assert.equal(broken(forged(9), { keys }).firstIndex, 8);
});

test('a log that was written anew does not have the root that was signed', async () => {
  const { exported, keys } = await signedTree(12);
  const other = await signedTree(12);
  const [header = ''] = (await exported()).split('\n');
  const rewritten = [header, ...(await other.exported()).split('\n').slice(1)].join('\n');
  const told = broken(rewritten, { keys });
  assert.equal(told.firstIndex, 0);
  assert.match(told.message, /do not make the tree of the checkpoint/);
  assert.match(broken(await other.exported(), { keys }).message, /not signed by a key that is trusted/);
});

test('a checkpoint that was kept shows what was written anew and signed again', async () => {
  const { exported, keys, signer, clock, checkpoint } = await signedTree(5, 12);
  const kept = await checkpoint(5);
  assert.equal(verify(await exported(), { keys, checkpoint: kept }).until, 12);
  assert.equal(verify(await exported({ from: 3 }), { keys, checkpoint: kept }).from, 3);
  assert.equal(verify(await exported(), { keys, checkpoint: await checkpoint(12) }).until, 12);
  const outside = await exported({ from: 6 });
  assert.throws(() => verify(outside, { keys, checkpoint: kept }), IncomparableExport);

  // The same registry, whose administrator has made another log and signs it.
  const other = memoryEngine();
  await other.audit.append(Array.from({ length: 12 }, () => someAuditEntry()));
  await extendTree({ tree: other.auditTree }, { id: 'k', until: clock.now() });
  await makeCheckpoint({ clock, tree: other.auditTree, signer }, { origin, size: 12 });
  const rewritten = (await Array.fromAsync(await exportTree({ auditTree: other.auditTree }))).join('');
  assert.equal(verify(rewritten, { keys }).until, 12);
  assert.match(broken(rewritten, { keys, checkpoint: kept }).message, /written anew/);
});

test('an entry that was changed where it is stored has the hash of the tree no more', async () => {
  const { audit, auditTree, exported, keys } = await signedTree(12);
  const [{ entry } = assert.fail()] = await auditTree.entries(4, 1);
  const store = audit as unknown as { kept: { put(entry: object): void } };
  store.kept.put({ ...entry, outcome: 'denied' });
  const told = broken(await exported(), { keys });
  assert.equal(told.firstIndex, 4);
  assert.ok(told.message.includes(entry.id));
});
