import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { someAuditEntry } from '../../../test/support/samples.ts';
import type { AuditEntry } from './audit-entry.ts';
import { observingAudit } from './observe.ts';

function observed(append: (entries: readonly AuditEntry[]) => Promise<void>, settings = {}) {
  const problems: string[] = [];
  const report = (problem: string) => problems.push(problem);
  const audit = observingAudit(
    { audit: { append } },
    { waitMs: 5, batch: 10, maximumKept: 30, report, ...settings },
  );
  return { audit, problems };
}

test('entries are appended together, soon, in their order', async () => {
  const batches: (readonly AuditEntry[])[] = [];
  const { audit } = observed(async (entries) => void batches.push(entries));
  const entries = [someAuditEntry(), someAuditEntry(), someAuditEntry()];
  for (const entry of entries) audit.observe(entry);
  assert.deepEqual(batches, []);
  await wait(30);
  assert.deepEqual(batches, [entries]);
});

test('full batches do not wait, however many there are', async () => {
  let appended = 0;
  const { audit } = observed(
    async (entries) => {
      appended += entries.length;
    },
    { waitMs: 60_000 },
  );
  for (let i = 0; i < 30; i++) audit.observe(someAuditEntry());
  await wait(5);
  assert.equal(appended, 30);
});

test('entries that the log refuses are kept and appended later, and the trouble is reported', async () => {
  const appended: AuditEntry[] = [];
  let down = true;
  const { audit, problems } = observed(async (entries) => {
    if (down) throw new Error('no answer');
    appended.push(...entries);
  });
  const entries = [someAuditEntry(), someAuditEntry()];
  audit.observe(entries[0] as AuditEntry);
  await wait(20);
  audit.observe(entries[1] as AuditEntry);
  down = false;
  await audit.flush();
  assert.deepEqual(appended, entries);
  assert.match(problems[0] ?? '', /could not be appended/);
});

test('flushing appends everything, more than one batch too, also what an append under way left', async () => {
  const appended: AuditEntry[] = [];
  const { audit } = observed(
    async (entries) => {
      await wait(2);
      appended.push(...entries);
    },
    { waitMs: 60_000 },
  );
  const entries = Array.from({ length: 25 }, () => someAuditEntry());
  for (const entry of entries) audit.observe(entry);
  await audit.flush();
  assert.deepEqual(appended, entries);
});

test('memory stays bounded while the log does not answer, and the loss is told', async () => {
  const appended: AuditEntry[] = [];
  let down = true;
  const { audit, problems } = observed(async (entries) => {
    if (down) throw new Error('no answer');
    appended.push(...entries);
  });
  for (let i = 0; i < 1_000; i++) audit.observe(someAuditEntry());
  down = false;
  await audit.flush();
  assert.ok(appended.length <= 30, `${appended.length} kept`);
  assert.ok(problems.some((problem) => /were lost/.test(problem)));
});

test('stopping does not hang on a log that never answers well', async () => {
  const { audit, problems } = observed(() => Promise.reject(new Error('gone')));
  audit.observe(someAuditEntry());
  await audit.flush();
  assert.match(problems.at(-1) ?? '', /1 observed audit entries were lost while stopping/);
});
