import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { someCaller, someDigest, someFalseAlarm } from '../../../test/support/samples.ts';
import { testPipeline } from '../../../test/support/test-pipeline.ts';
import type { CheckResult } from '../checks/index.ts';
import { withFalseAlarms } from './false-alarm.ts';
import { listFalseAlarms } from './list-false-alarms.ts';
import { markFalseAlarm } from './mark-false-alarm.ts';
import { rejectVersion } from './review-version.ts';

const ada = someCaller('ada');
const vera = someCaller('vera', { permissions: ['admin'] });
const will = someCaller('will', { permissions: ['admin'] });
const bytes = 'bad bytes';
const reason = 'It is a test fixture.';

async function quarantined() {
  const pipeline = await testPipeline();
  const version = await pipeline.publish(ada, { bytes });
  const expiresAt = new Date(pipeline.clock.now().getTime() + 3_600_000);
  const given = { rule: 'test.bad', reason, expiresAt };
  const again = (label: string, sent = bytes) => pipeline.publish(ada, { label, bytes: sent });
  return { ...pipeline, version, given, again };
}

test('what is marked does not block that content any more, and no other', async () => {
  const { ports, version, given, again, find, auditLog } = await quarantined();
  const alarm = await markFalseAlarm(ports, vera, version.id, given);
  assert.deepEqual(await listFalseAlarms(ports, version.id), [alarm]);
  assert.equal((await find(version.id)).state, 'quarantined');
  const published = await again('2.0.0');
  assert.equal(published.state, 'published');
  const [finding] = (await ports.reports.find(published.id))?.results[0]?.findings ?? [];
  assert.equal(finding?.severity, 'warns');
  assert.match(finding?.explanation ?? '', /Marked as a false alarm until .*: It is a test fixture\./);
  assert.equal((await again('3.0.0', 'bad bytes of others')).state, 'quarantined');
  const [entry] = (await auditLog()).filter(({ operation }) => operation === 'quarantine.mark-false-alarm');
  assert.deepEqual([entry?.actor?.userName, entry?.subject.id], ['vera', 'test.bad']);
});

test('when the mark has expired, the rule blocks again, also what came out meanwhile', async () => {
  const { ports, clock, version, given, again, find, runJobs } = await quarantined();
  await markFalseAlarm(ports, vera, version.id, given);
  const { id } = await again('2.0.0');
  await runJobs();
  assert.equal((await find(id)).state, 'published');
  clock.advance(3_600);
  await runJobs();
  assert.equal((await find(id)).state, 'quarantined');
  assert.equal((await again('3.0.0')).state, 'quarantined');
});

test('where a release takes two reviewers, so does a mark', async () => {
  const { ports, version, given, again } = await quarantined();
  const strict = { ...ports, review: { secondPerson: true } };
  const uploader = someCaller('ada', { permissions: ['admin'] });
  await assert.rejects(markFalseAlarm(strict, uploader, version.id, given), { code: 'permission-denied' });
  for (let i = 0; i < 2; i++) {
    assert.equal((await markFalseAlarm(strict, vera, version.id, given)).inForce, false);
  }
  assert.equal((await again('2.0.0')).state, 'quarantined');
  const sooner = new Date(given.expiresAt.getTime() - 1_000);
  const alarm = await markFalseAlarm(strict, will, version.id, { ...given, expiresAt: sooner });
  assert.deepEqual(
    [alarm.markedBy.userName, alarm.confirmedBy?.userName, alarm.inForce, alarm.expiresAt],
    ['vera', 'will', true, sooner],
  );
  assert.equal((await again('3.0.0')).state, 'published');
});

test('only what blocks a version under review is marked, with a reason and an end within a year', async () => {
  const { ports, version, given, publish } = await quarantined();
  const published = await publish(ada, { label: '9.0.0' });
  await assert.rejects(markFalseAlarm(ports, vera, published.id, given), { code: 'not-found' });
  for (const wrong of [
    { rule: 'test.other' },
    { reason: '' },
    { expiresAt: ports.clock.now() },
    { expiresAt: new Date(ports.clock.now().getTime() + 367 * 86_400_000) },
    { expiresAt: new Date(Number.NaN) },
  ]) {
    const asked = { ...given, ...wrong };
    await assert.rejects(markFalseAlarm(ports, vera, version.id, asked), { code: 'invalid-request' });
  }
  await rejectVersion(ports, vera, version.id, { reason });
  assert.deepEqual(await ports.falseAlarms.list(someDigest(bytes)), []);
});

describe('results in the light of false alarms', () => {
  const now = new Date('2026-02-01T00:00:00Z');
  const finding = { rule: 'a.b', severity: 'blocks', explanation: 'Found.' } as const;
  const failed: CheckResult = {
    check: 'a',
    rules: '1',
    verdict: 'failed',
    findings: [finding],
    coverage: { bytesLookedAt: 10, bytesInAll: 10 },
    reason: null,
    durationMs: 1,
  };
  const alarm = someFalseAlarm({ rule: 'a.b' });
  const verdict = (result: CheckResult, fields: Partial<typeof alarm> = {}) =>
    withFalseAlarms([result], [{ ...alarm, ...fields }], now)[0]?.verdict;

  test('a check passes when nothing else blocks and nothing is missing', () => {
    assert.equal(verdict(failed), 'passed');
  });

  test('a mark for another rule, one not in force, and one that has expired, change nothing', () => {
    assert.equal(verdict(failed, { rule: 'a.c' }), 'failed');
    assert.equal(verdict(failed, { inForce: false }), 'failed');
    assert.equal(verdict(failed, { expiresAt: now }), 'failed');
  });

  test('what else blocks, was not looked at or did not come to its end never becomes a pass', () => {
    const other = { ...finding, rule: 'a.c' };
    assert.equal(verdict({ ...failed, findings: [finding, other] }), 'failed');
    assert.equal(verdict({ ...failed, coverage: { bytesLookedAt: 9, bytesInAll: 10 } }), 'inconclusive');
    assert.equal(verdict({ ...failed, reason: 'It crashed.' }), 'inconclusive');
  });
});
