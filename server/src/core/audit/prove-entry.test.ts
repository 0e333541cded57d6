import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness, someAuditEntry, someCaller } from '../../../test/support/samples.ts';
import { TestClock } from '../../../test/support/test-registry.ts';
import { memoryEngine } from '../../adapters/memory/memory-engine.ts';
import { MemorySecretStore } from '../../adapters/memory/secret-store.ts';
import { RegistryKeys } from '../signing/index.ts';
import { makeCheckpoint } from './make-checkpoint.ts';
import { proveEntry } from './prove-entry.ts';
import { leafHashOf, leafText } from './tree-hash.ts';
import { provesInclusion } from './tree-proofs.ts';

const ordinary = someAuditEntry();
const decided = someAuditEntry({
  decision: { inputs: { validator: { diagnostics: 'for maintainers alone' } }, policies: ['published'] },
});

async function signedTree() {
  const { audit, auditTree } = memoryEngine();
  const clock = new TestClock();
  const signer = await RegistryKeys.open({ clock, randomness, secrets: new MemorySecretStore() });
  await audit.append([ordinary, decided, someAuditEntry()]);
  await auditTree.extend({ id: 'keeper', until: clock.now() });
  await makeCheckpoint({ clock, tree: auditTree, signer }, { origin: 'test/audit', size: 3 });
  return auditTree;
}

test('users have their own entries proven, but do not see what the gate has decided by; administrators do', async () => {
  const auditTree = await signedTree();
  const ada = someCaller('u1');
  const admin = someCaller('u2', { permissions: ['admin'] });
  const asked = [
    [ada, ordinary, leafText(ordinary)],
    [ada, decided, null],
    [admin, ordinary, leafText(ordinary)],
    [admin, decided, leafText(decided)],
  ] as const;
  for (const [caller, entry, shown] of asked) {
    const proof = await proveEntry({ auditTree }, caller, { entryId: entry.id });
    const { index, leafHash: leaf, checkpoint, path } = proof;
    assert.equal(proof.leaf, shown);
    assert.ok(leafHashOf(entry).equals(leaf));
    assert.ok(provesInclusion({ index, size: checkpoint.size, leaf, root: checkpoint.root }, path));
  }
});

test('to others an entry is not there', async () => {
  const auditTree = await signedTree();
  const ask = (entryId: string) => proveEntry({ auditTree }, someCaller('u3'), { entryId });
  await assert.rejects(ask(decided.id), { code: 'not-found' });
  await assert.rejects(ask('no-such-entry'), { code: 'not-found' });
});
