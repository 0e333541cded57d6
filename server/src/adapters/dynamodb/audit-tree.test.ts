// How entries of just now get into the tree, which the contract of the tree does not have: its entries tell of long ago.
import assert from 'node:assert/strict';
import { describe, mock, type TestContext, test } from 'node:test';
import { openTestDynamoDb, whyNoDynamoDb } from '../../../test/support/dynamodb-server.ts';
import { randomness, someAuditEntry } from '../../../test/support/samples.ts';
import type { AuditEntry } from '../../core/audit/index.ts';
import { DynamoAuditLog } from './audit.ts';
import { DynamoAuditTree } from './audit-tree.ts';
import { DynamoDatabase } from './database.ts';
import { commitItems } from './transaction.ts';

const start = Date.parse('2026-05-04T12:00:00Z');
const minutes = (count: number) => start + count * 60_000;

/** With an id of its time, as every entry has. */
const entryAt = (moment: number, fields: Partial<AuditEntry> = {}) => {
  const [first, second, ...rest] = randomness.id().split('-');
  assert.ok(first && second);
  const made = moment.toString(16).padStart(12, '0');
  const id = [made.slice(0, 8), made.slice(8), ...rest].join('-');
  return someAuditEntry({ id, at: new Date(moment), ...fields });
};

describe('the audit tree over a log of just now', { skip: whyNoDynamoDb() ?? false }, () => {
  async function trees(t: TestContext) {
    const opened = await openTestDynamoDb();
    t.after(opened.close);
    mock.timers.enable({ apis: ['Date'], now: start });
    t.after(() => mock.timers.reset());
    const database = new DynamoDatabase(opened.client, opened.tablePrefix);
    const [log, other] = [new DynamoAuditLog(database), new DynamoAuditLog(database)];
    const tree = new DynamoAuditTree(database, log);
    const keeper = { id: 'k', until: new Date(start) };
    const extendAll = async () => {
      for (;;) {
        const extension = await tree.extend(keeper);
        if (extension !== null && !extension.more) return extension.size;
      }
    };
    const placed = async () => {
      const { size } = await tree.head();
      const found: string[] = [];
      for (let from = 0; from < size; from += 500) {
        found.push(...(await tree.entries(from, 500)).map(({ entry }) => entry.id));
      }
      return found.sort();
    };
    return { database, log, other, tree, extendAll, placed };
  }

  const idsOf = (entries: readonly AuditEntry[]) => entries.map(({ id }) => id).sort();

  test('entries come into the tree when none can come before them any more, and each once', async (t) => {
    const { log, other, extendAll, placed } = await trees(t);
    const early = Array.from({ length: 40 }, (_, i) => entryAt(start + i));
    for (const [i, entry] of early.entries()) await (i % 2 === 0 ? log : other).append([entry]);
    assert.equal(await extendAll(), 0);
    mock.timers.setTime(minutes(1));
    const later = Array.from({ length: 300 }, (_, i) => entryAt(minutes(1) + i));
    await log.append(later);
    mock.timers.setTime(minutes(2.5));
    assert.equal(await extendAll(), 40);
    const late = entryAt(minutes(0.5));
    await other.append([late]);
    assert.equal(await extendAll(), 41);
    mock.timers.setTime(minutes(4));
    await log.listDue();
    assert.equal(await extendAll(), 341);
    assert.deepEqual(await placed(), idsOf([...early, ...later, late]));
    assert.equal(await extendAll(), 341);
  });

  test('an entry that lies in two chunks, since an answer was lost, comes once', async (t) => {
    const { database, log, other, extendAll, placed } = await trees(t);
    const entry = entryAt(start);
    await log.appendNew([entry]);
    await other.appendNew([entry, entryAt(start + 1)]);
    mock.timers.setTime(minutes(3));
    await log.appendNew([entry]);
    assert.equal(await extendAll(), 2);
    await commitItems(database, async (items) =>
      log.planners['audit.append'].plan(items, { change: 'audit.append', entry }),
    );
    assert.equal(await extendAll(), 2);
    assert.equal((await placed()).filter((id) => id === entry.id).length, 1);
  });

  test('what an earlier release has put into the lists waits for the first tree', async (t) => {
    const { database, log, other, extendAll, placed } = await trees(t);
    const old = Array.from({ length: 120 }, (_, i) => entryAt(start - (i + 1) * 3_600_000));
    await log.append(old);
    const notes = database.query<{ pk: string; sk: string }>({
      table: 'downloads',
      partition: 'tree-waiting',
    });
    for await (const { pk, sk } of notes) await database.delete({ table: 'downloads', pk, sk });
    const young = entryAt(start);
    await other.append([young]);
    mock.timers.setTime(minutes(3));
    assert.equal(await extendAll(), 121);
    assert.deepEqual(await placed(), idsOf([...old, young]));
  });

  test('costs a fraction of a unit an entry when there are many', async (t) => {
    const { database, log, tree, extendAll } = await trees(t);
    await tree.head();
    const count = 1_000;
    for (let i = 0; i < count; i += 10) {
      await log.append(Array.from({ length: 10 }, (_, j) => entryAt(start + i * 20 + j)));
    }
    mock.timers.setTime(minutes(5));
    const before = { ...database.meter.units };
    assert.equal(await extendAll(), count);
    const { reads, writes } = database.meter.units;
    const cost = { reads: (reads - before.reads) / count, writes: (writes - before.writes) / count };
    t.diagnostic(`${cost.reads} reads and ${cost.writes} writes an entry`);
    assert.ok(cost.reads < 0.5 && cost.writes < 0.5, JSON.stringify(cost));
  });

  test('nothing waits and nothing is appended costs no write', async (t) => {
    const { database, tree, extendAll } = await trees(t);
    await tree.head();
    const before = database.meter.units.writes;
    await extendAll();
    assert.equal(database.meter.units.writes - before, 0);
  });
});
