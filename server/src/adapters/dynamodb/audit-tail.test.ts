// Entries of just now, which the contracts of the audit log do not have: theirs tell of long ago.
import assert from 'node:assert/strict';
import { describe, mock, type TestContext, test } from 'node:test';
import { openTestDynamoDb, whyNoDynamoDb } from '../../../test/support/dynamodb-server.ts';
import { fakeDynamoDb } from '../../../test/support/fake-dynamodb.ts';
import { walk } from '../../../test/support/pages.ts';
import { someAuditEntry } from '../../../test/support/samples.ts';
import type { AuditEntry } from '../../core/audit/index.ts';
import { DynamoAuditLog } from './audit.ts';
import { DynamoDatabase } from './database.ts';
import { commitItems } from './transaction.ts';

const start = Date.parse('2026-05-04T12:00:00Z');
const minutes = (count: number) => start + count * 60_000;
const day = { from: new Date('2026-05-04'), until: new Date('2026-05-05') };

const entryAt = (moment: number, fields: Partial<AuditEntry> = {}) =>
  someAuditEntry({ at: new Date(moment), ...fields });

describe('the tail of the audit log', { skip: whyNoDynamoDb() ?? false }, () => {
  /** Logs of several processes over the same tables, and a clock that stands at `start`. */
  async function logs(t: TestContext) {
    const opened = await openTestDynamoDb();
    t.after(opened.close);
    mock.timers.enable({ apis: ['Date'], now: start });
    t.after(() => mock.timers.reset());
    const database = new DynamoDatabase(opened.client, opened.tablePrefix);
    return { database, log: new DynamoAuditLog(database), other: new DynamoAuditLog(database) };
  }

  const everyList = async (log: DynamoAuditLog) => {
    const ids = async (filter: Parameters<DynamoAuditLog['list']>[0]) =>
      (await walk((page) => log.list(filter, page), 2)).map(({ id }) => id);
    return {
      all: await ids({}),
      user: await ids({ userId: 'u1' }),
      package: await ids({ packageId: 'p1' }),
      refused: await ids({ outcome: 'denied' }),
      counts: await log.countByDay(day),
      countsOfPackage: await log.countByDay({ ...day, packageId: 'p1' }),
      countsOfUser: await log.countByDay({ ...day, userId: 'u1', packageId: 'p1' }),
    };
  };

  test('an entry of just now costs one write, and is at once in every list and count', async (t) => {
    const { database, log } = await logs(t);
    const before = database.meter.units.writes;
    const entry = entryAt(start);
    await commitItems(database, async (items) =>
      log.planners['audit.append'].plan(items, { change: 'audit.append', entry }),
    );
    assert.equal(database.meter.units.writes - before, 1);
    const count = [{ day: '2026-05-04', operation: 'version.download', count: 1, sizeBytes: 10 }];
    const ids = [entry.id];
    assert.deepEqual(await everyList(log), {
      ...{ all: ids, user: ids, package: ids, refused: [] },
      ...{ counts: count, countsOfPackage: count, countsOfUser: count },
    });
  });

  test('listing what is due changes nothing that is read, whoever does it and however often', async (t) => {
    const { log, other } = await logs(t);
    const entries = Array.from({ length: 30 }, (_, i) =>
      entryAt(start - i * 500, {
        ...(i % 3 === 0 && { outcome: 'denied', reason: 'permission-denied' }),
        ...(i % 5 === 0 && { subject: { packageId: 'p2' } }),
        ...(i % 7 === 0 && { actor: null }),
      }),
    );
    for (const [i, entry] of entries.entries()) await (i % 2 === 0 ? log : other).append([entry]);
    await log.append([entryAt(Date.parse('2026-05-04T01:00:00Z'))]);
    const before = await everyList(log);
    assert.equal(before.all.length, 31);
    mock.timers.setTime(minutes(3));
    const young = entryAt(minutes(3));
    await log.append([young]);
    const withYoung = await everyList(log);
    for (let round = 0; round < 2; round++) {
      await Promise.all([log.listDue(), other.listDue()]);
      assert.deepEqual(await everyList(log), withYoung);
      assert.deepEqual(await everyList(other), withYoung);
    }
    assert.deepEqual(withYoung.all, [young.id, ...before.all]);
  });

  test('more than fits into one transaction is listed in several', async (t) => {
    const { log } = await logs(t);
    const entries = Array.from({ length: 120 }, (_, i) =>
      entryAt(start + i, {
        actor: { userId: `u${i}`, userName: 'somebody', tokenId: null },
        subject: { packageId: `p${i}` },
      }),
    );
    await log.append(entries);
    mock.timers.setTime(minutes(3));
    await log.listDue();
    assert.equal((await walk((page) => log.list({}, page), 50)).length, 120);
    for (const i of [0, 60, 119]) {
      const listed = await log.list({ userId: `u${i}` }, { limit: 5 });
      assert.deepEqual(listed.items, [entries[i]]);
    }
    assert.equal((await log.countByDay(day))[0]?.count, 120);
  });

  test('an entry of just now that is appended again, also later, is there once', async (t) => {
    const { log } = await logs(t);
    const entry = entryAt(start);
    await log.append([entry]);
    await log.append([entry]);
    mock.timers.setTime(minutes(10));
    await log.append([entry]);
    await log.listDue();
    await log.append([entry]);
    assert.deepEqual((await log.list({}, { limit: 5 })).items, [entry]);
    assert.equal((await log.countByDay(day))[0]?.count, 1);
    assert.deepEqual(await log.find(entry), entry);
  });
});

test('an append whose answer came too late to rely on it is a transient failure', async (t) => {
  mock.timers.enable({ apis: ['Date'], now: start });
  t.after(() => mock.timers.reset());
  const { database } = fakeDynamoDb(({ name }) => {
    if (name === 'Put') mock.timers.setTime(minutes(1) + 1);
    return {};
  });
  const log = new DynamoAuditLog(database);
  await assert.rejects(log.append([entryAt(start)]), { name: 'StorageError', failure: 'transient' });
});
