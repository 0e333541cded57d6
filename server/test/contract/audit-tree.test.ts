import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '../../src/core/audit/index.ts';
import { inclusionPath, leafHashOf, provesInclusion } from '../../src/core/audit/index.ts';
import { hashesOf, rootAt } from '../../src/core/audit/tree-tiles.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { someAuditEntry } from '../support/samples.ts';

const keeper = { id: 'k1', until: new Date('2026-01-31T12:00:10Z') };
const many = (count: number) => Array.from({ length: count }, () => someAuditEntry());
const ids = (entries: readonly AuditEntry[]) => entries.map(({ id }) => id).sort();

describeOnEveryEngine('AuditTree', (engine) => {
  const tree = () => engine().auditTree;

  async function extendAll(): Promise<number> {
    for (;;) {
      const extension = await tree().extend(keeper);
      if (extension !== null && !extension.more) return extension.size;
    }
  }

  /** What is in the tree, by place. */
  async function placed(size: number): Promise<AuditEntry[]> {
    const found: AuditEntry[] = [];
    for (let from = 0; from < size; from += 100) {
      const some = await tree().entries(from, 100);
      assert.deepEqual(
        some.map(({ index }) => index),
        some.map((_, i) => from + i),
      );
      found.push(...some.map(({ entry }) => entry));
    }
    return found;
  }

  async function assertProven(size: number): Promise<void> {
    const root = await rootAt(tree(), size);
    for (const [index, entry] of (await placed(size)).entries()) {
      const path = await hashesOf(tree(), inclusionPath(index, size));
      assert.ok(provesInclusion({ index, size, leaf: leafHashOf(entry), root }, path), `place ${index}`);
      assert.deepEqual(await tree().findLeaf(entry.id), { index, entryId: entry.id, at: entry.at });
    }
  }

  test('an empty registry has an empty tree', async () => {
    assert.deepEqual(await tree().head(), { size: 0, keeper: null });
    assert.deepEqual(await tree().waiting(10), { entries: [], receipt: '', more: false });
    assert.deepEqual(await tree().entries(0, 10), []);
    assert.deepEqual(await tree().tiles([{ level: 0, index: 0 }]), [null]);
    assert.equal(await tree().findLeaf('nobody'), null);
    assert.equal(await tree().checkpoint(), null);
  });

  test('every entry that was committed or appended waits, as it was, until it is in the tree', async () => {
    const [one, two, three] = [
      someAuditEntry(),
      someAuditEntry({ actor: null, reason: 'why' }),
      someAuditEntry(),
    ];
    await engine().commit([{ change: 'audit.append', entry: one }]);
    await engine().audit.append([two, three]);
    await engine().audit.append([two]);
    const { entries } = await tree().waiting(10);
    assert.deepEqual(
      entries.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      [one, two, three],
    );
    assert.equal(await extendAll(), 3);
    assert.deepEqual((await tree().waiting(10)).entries, []);
    assert.deepEqual((await tree().head()).keeper, keeper);
    await assertProven(3);
  });

  test('an entry that comes late goes into the tree, whatever its time', async () => {
    await engine().audit.append(many(3));
    await extendAll();
    const late = someAuditEntry({ at: new Date('2020-01-01T00:00:00Z') });
    await engine().audit.append([late]);
    assert.equal(await extendAll(), 4);
    assert.equal((await tree().findLeaf(late.id))?.index, 3);
    await assertProven(4);
  });

  test('entries of many minutes go in at once', async () => {
    const start = Date.UTC(2026, 0, 1);
    const entries = Array.from({ length: 300 }, (_, i) =>
      someAuditEntry({
        at: new Date(start + i * 90_000),
        id: `e${i}`,
        actor: i % 2 ? null : someAuditEntry().actor,
      }),
    );
    await engine().audit.append(entries);
    assert.equal(await extendAll(), 300);
    assert.deepEqual(ids(await placed(300)), ids(entries));
    await assertProven(300);
  });

  test('a tree over several tiles proves every entry at every step', async () => {
    const sizes = [255, 1, 1, 300];
    let size = 0;
    for (const count of sizes) {
      await engine().audit.append(many(count));
      size += count;
      assert.equal(await extendAll(), size);
      const root = await rootAt(tree(), size);
      for (const index of [0, Math.floor(size / 2), size - 1]) {
        const [{ entry } = { entry: someAuditEntry() }] = await tree().entries(index, 1);
        const path = await hashesOf(tree(), inclusionPath(index, size));
        assert.ok(provesInclusion({ index, size, leaf: leafHashOf(entry), root }, path));
      }
    }
  });

  test('what was made for another size of the tree is not appended', async () => {
    await engine().audit.append(many(2));
    const { entries, receipt } = await tree().waiting(10);
    const addition = { entries, receipt, tiles: [], keeper };
    assert.equal(await tree().append({ ...addition, size: 1 }), false);
    assert.equal(await tree().append({ ...addition, size: 0 }), true);
    assert.equal(await tree().append({ ...addition, size: 0 }), false);
    assert.equal((await tree().head()).size, 2);
  });

  test('of many who append at the same time one does; no entry is lost and none comes twice', async () => {
    const entries = many(120);
    const writers = Array.from({ length: 6 }, async (_, i) => {
      for (const entry of entries.slice(i * 20, i * 20 + 20)) {
        if (Number(entry.id.at(-1)) % 2) await engine().audit.append([entry]);
        else await engine().commit([{ change: 'audit.append', entry }]);
      }
    });
    let writing = true;
    const keepers = Array.from({ length: 3 }, async (_, i) => {
      while (writing) {
        await tree().extend({ ...keeper, id: `k${i}` });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    await Promise.all(writers);
    writing = false;
    await Promise.all(keepers);
    assert.equal(await extendAll(), 120);
    assert.deepEqual(ids(await placed(120)), ids(entries));
    await assertProven(120);
  });

  test('of checkpoints the latest is found, and each by its size; none changes', async () => {
    const at = new Date('2026-01-31T12:00:00Z');
    for (const size of [9, 1_000, 80]) await tree().addCheckpoint({ size, at, note: `${size} entries` });
    await tree().addCheckpoint({ size: 80, at, note: 'another' });
    assert.deepEqual(await tree().checkpoint(), { size: 1_000, at, note: '1000 entries' });
    assert.deepEqual(await tree().checkpoint(80), { size: 80, at, note: '80 entries' });
    assert.equal(await tree().checkpoint(81), null);
  });
});
