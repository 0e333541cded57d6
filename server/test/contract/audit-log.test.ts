import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry, AuditFilter } from '../../src/core/audit/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { walk } from '../support/pages.ts';
import { someAuditEntry } from '../support/samples.ts';

describeOnEveryEngine('AuditLog', (engine) => {
  test('committed and appended entries are listed newest first, as they were', async () => {
    const entries = [someAuditEntry(), someAuditEntry({ actor: null, reason: 'because' }), someAuditEntry()];
    const [first, second, third] = entries as [AuditEntry, AuditEntry, AuditEntry];
    await engine().commit([{ change: 'audit.append', entry: first }]);
    await engine().audit.append([second, third]);
    assert.deepEqual((await engine().audit.list({}, { limit: 10 })).items, [third, second, first]);
  });

  test('what the gate has decided by is kept as it was', async () => {
    const decision = {
      inputs: { user: { id: 'u1', groups: ['g1'] }, version: null, at: 1.5, told: "it's ’fine’ 🦊" },
      policies: ['no-swapped-weights'],
    };
    const [committed, appended] = [someAuditEntry({ decision }), someAuditEntry({ decision })];
    await engine().commit([{ change: 'audit.append', entry: committed }]);
    await engine().audit.append([appended]);
    const { items } = await engine().audit.list({ userId: 'u1' }, { limit: 10 });
    assert.deepEqual(items, [appended, committed]);
  });

  test('appending an entry again changes nothing', async () => {
    const entry = someAuditEntry();
    await engine().audit.append([entry]);
    await engine().audit.append([{ ...entry, reason: 'rewritten' }]);
    assert.deepEqual((await engine().audit.list({}, { limit: 10 })).items, [entry]);
  });

  test('every field of the filter narrows', async () => {
    const entry = someAuditEntry();
    const others = [
      someAuditEntry({ actor: { userId: 'u2', userName: 'bob', tokenId: null } }),
      someAuditEntry({ subject: { packageId: 'p2', versionId: 'v1' } }),
      someAuditEntry({ subject: { packageId: 'p1', versionId: 'v2' } }),
      someAuditEntry({ operation: 'package.read' }),
      someAuditEntry({ outcome: 'denied' }),
      someAuditEntry({ at: new Date('2026-01-30T23:59:59Z') }),
      someAuditEntry({ at: new Date('2026-02-01T00:00:00Z') }),
    ];
    await engine().audit.append([entry, ...others]);
    const found = await engine().audit.list(
      {
        userId: 'u1',
        packageId: 'p1',
        versionId: 'v1',
        operations: ['version.download', 'item.read'],
        outcome: 'succeeded',
        from: new Date('2026-01-31T00:00:00Z'),
        until: new Date('2026-02-01T00:00:00Z'),
      },
      { limit: 10 },
    );
    assert.deepEqual(found.items, [entry]);
  });

  test('pages run from the newest to the oldest without gap or repetition, also past many others', async () => {
    const operations = ['version.download', 'package.read', 'item.read'] as const;
    const entries = Array.from({ length: 2_500 }, (_, i) =>
      someAuditEntry({
        at: new Date(Date.UTC(2026, 0, 1) + Math.floor(i / 3)),
        operation: operations[i % 3] ?? 'item.read',
        subject: { packageId: i % 5 === 0 ? 'p1' : 'p2' },
        outcome: i % 600 === 0 ? 'denied' : 'succeeded',
      }),
    );
    await engine().audit.append(entries);
    const filters: AuditFilter[] = [
      { userId: 'u1', operations: ['version.download', 'item.read'] },
      { operations: ['package.read', 'item.read'], outcome: 'denied' },
      { packageId: 'p2', outcome: 'denied' },
      { userId: 'u1', from: entries[100]?.at, until: entries[400]?.at },
      { outcome: 'succeeded', packageId: 'p1' },
    ];
    for (const filter of filters) {
      const { operations: wanted, outcome, packageId, from, until } = filter;
      const expected = entries.filter(
        (entry) =>
          (wanted?.includes(entry.operation) ?? true) &&
          entry.outcome === (outcome ?? entry.outcome) &&
          entry.subject.packageId === (packageId ?? entry.subject.packageId) &&
          entry.at >= (from ?? entry.at) &&
          (until === undefined || entry.at < until),
      );
      const seen = await walk((page) => engine().audit.list(filter, page), 70);
      assert.deepEqual(
        seen.map((entry) => entry.id),
        expected.map((entry) => entry.id).reverse(),
        JSON.stringify(filter),
      );
    }
  });

  const january = new Date('2026-01-01T00:00:00Z');
  const march = new Date('2026-03-01T00:00:00Z');

  test('days are counted in UTC, refusals left out, however an entry came in', async () => {
    await engine().commit([
      { change: 'audit.append', entry: someAuditEntry({ at: new Date('2026-01-31T23:59:59.999Z') }) },
    ]);
    await engine().audit.append([
      someAuditEntry({ at: new Date('2026-02-01T00:00:00Z') }),
      someAuditEntry({ at: new Date('2026-02-01T10:00:00Z') }),
      someAuditEntry({ at: new Date('2026-02-01T11:00:00Z'), outcome: 'denied' }),
    ]);
    assert.deepEqual(await engine().audit.countByDay({ from: january, until: march }), [
      { day: '2026-01-31', operation: 'version.download', count: 1, sizeBytes: 10 },
      { day: '2026-02-01', operation: 'version.download', count: 2, sizeBytes: 20 },
    ]);
  });

  test('an entry that is appended again is counted once', async () => {
    const entry = someAuditEntry();
    await engine().audit.append([entry]);
    await engine().audit.append([entry]);
    const [day] = await engine().audit.countByDay({ from: january, until: march });
    assert.equal(day?.count, 1);
  });

  test('daily counts are narrowed by user, package, operation and whole days', async () => {
    await engine().audit.append([
      someAuditEntry(),
      someAuditEntry({ actor: { userId: 'u2', userName: 'bob', tokenId: null } }),
      someAuditEntry({ actor: null, subject: {} }),
      someAuditEntry({ subject: { packageId: 'p2' } }),
      someAuditEntry({ operation: 'package.read', subject: { packageId: 'p1' } }),
      someAuditEntry({ at: new Date('2026-01-30T23:59:59Z') }),
      someAuditEntry({ at: new Date('2026-02-01T00:00:00Z') }),
    ]);
    const days = { from: new Date('2026-01-31T18:00:00Z'), until: new Date('2026-02-01T06:00:00Z') };
    const count = async (filter: object) =>
      (await engine().audit.countByDay({ ...days, ...filter })).map((day) => [day.operation, day.count]);
    assert.deepEqual(await count({}), [
      ['package.read', 1],
      ['version.download', 4],
    ]);
    assert.deepEqual(await count({ userId: 'u2' }), [['version.download', 1]]);
    assert.deepEqual(await count({ packageId: 'p2' }), [['version.download', 1]]);
    assert.deepEqual(await count({ userId: 'u1', packageId: 'p1', operations: ['version.download'] }), [
      ['version.download', 1],
    ]);
  });
});
