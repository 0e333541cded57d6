import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { someAuditEntry } from '../../../test/support/samples.ts';
import type { AuditEntry } from './audit-entry.ts';
import { observingAudit } from './observe.ts';

function observed(append: (entries: readonly AuditEntry[]) => Promise<void>, settings = {}) {
  const problems: string[] = [];
  const losses: number[] = [];
  const report = (problem: string) => problems.push(problem);
  const lost = (entries: number) => losses.push(entries);
  const audit = observingAudit(
    { audit: { append } },
    { waitMs: 5, longestWaitMs: 10, batch: 10, behindAt: 20, maximumKept: 30, report, lost, ...settings },
  );
  return { audit, problems, lost: () => losses.reduce((sum, entries) => sum + entries, 0) };
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

test('memory stays bounded while the log does not answer, and every lost entry is counted and told', async () => {
  const appended: AuditEntry[] = [];
  let down = true;
  const { audit, problems, lost } = observed(async (entries) => {
    if (down) throw new Error('no answer');
    appended.push(...entries);
  });
  for (let i = 0; i < 1_000; i++) audit.observe(someAuditEntry());
  down = false;
  await audit.flush();
  assert.ok(appended.length <= 30, `${appended.length} kept`);
  const told = problems.map((problem) => Number(/^(\d+) .* were lost/.exec(problem)?.[1] ?? 0));
  assert.equal(
    told.reduce((sum, entries) => sum + entries),
    lost(),
  );
  assert.equal(appended.length + lost(), 1_000);
  assert.ok(problems.length < 10, `${problems.length} reports for one outage`);
});

test('stopping does not hang on a log that never answers well', async () => {
  const { audit, problems, lost } = observed(() => Promise.reject(new Error('gone')));
  audit.observe(someAuditEntry());
  await audit.flush();
  assert.equal(lost(), 1);
  assert.match(problems.at(-1) ?? '', /1 observed audit entries were lost while stopping/);
});

test('a log that does not answer is asked less and less often, and soon again once it does', async () => {
  let asked = 0;
  let down = true;
  const append = async () => {
    asked++;
    if (down) throw new Error('no answer');
  };
  const { audit } = observed(append, { waitMs: 2, longestWaitMs: 1_000_000 });
  audit.observe(someAuditEntry());
  await wait(100);
  // After 2, 4, 8, 16, 32 ms and then 64 ms later.
  assert.ok(asked >= 2 && asked <= 6, `asked ${asked} times`);
  down = false;
  await audit.flush();
  asked = 0;
  audit.observe(someAuditEntry());
  await wait(50);
  assert.equal(asked, 1);
});

test('whoever comes while the log is behind waits until it has taken a batch', async () => {
  let answer = () => {};
  const { audit, problems } = observed(
    () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
  );
  for (let i = 0; i < 19; i++) audit.observe(someAuditEntry());
  assert.equal(audit.behind(), null);
  audit.observe(someAuditEntry());
  const behind = audit.behind();
  assert.notEqual(behind, null);
  answer();
  await behind;
  assert.equal(audit.behind(), null);
  assert.deepEqual(problems, []);
});

test('nobody waits for a log that refuses everything', async () => {
  const { audit } = observed(() => Promise.reject(new Error('gone')), { waitMs: 60_000 });
  for (let i = 0; i < 25; i++) audit.observe(someAuditEntry());
  await audit.behind();
  assert.equal(audit.behind(), null);
});
