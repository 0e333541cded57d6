import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '../../core/audit/index.ts';
import { PrometheusTelemetry } from './prometheus-telemetry.ts';

const now = new Date('2026-01-31T12:00:00Z');

const someEntry = { at: new Date(now.getTime() - 30_000) } as AuditEntry;
const auditTree = {
  head: async () => ({ size: 70, keeper: null }),
  waiting: async () => ({ entries: [someEntry], receipt: 'some', more: false }),
  checkpoint: async () => ({ size: 60, at: new Date(now.getTime() - 20_000), note: '' }),
};
const quiet = { quarantineStatistics: async () => ({ waiting: 0, oldestSince: null }) };

function telemetry() {
  const statistics = async () => [
    {
      kind: 'check-version' as const,
      waiting: 3,
      running: 1,
      dead: 2,
      oldestDueAt: new Date(now.getTime() - 90_000),
    },
  ];
  return new PrometheusTelemetry({
    version: '1.2.3',
    jobs: { statistics },
    versions: quiet,
    auditTree,
    now: () => now,
  });
}

const textOf = async (told: PrometheusTelemetry) => (await told.expose()).text;

test('requests are told by operation and status', async () => {
  const told = telemetry();
  told.requestAnswered('package.read', 200, 0.002);
  told.requestAnswered('package.read', 200, 0.002);
  told.requestAnswered('package.read', 404, 0.002);
  told.requestAnswered(null, 404, 0.002);
  const text = await textOf(told);
  assert.match(text, /assay_http_request_seconds_count\{operation="package.read",status="200"\} 2\n/);
  assert.match(text, /assay_http_request_seconds_count\{operation="package.read",status="404"\} 1\n/);
  assert.match(text, /assay_http_request_seconds_count\{operation="none",status="404"\} 1\n/);
});

test('jobs, checks, validators, bytes and streams are told', async () => {
  const told = telemetry();
  told.jobEnded('tell-event', 'again', 0.1);
  told.checkEnded('archive', 'passed', 0.1);
  told.validatorEnded('timed-out', 5);
  told.contentReceived(1_000);
  told.contentSent(10);
  told.contentSent(5);
  told.eventStreams(2);
  const text = await textOf(told);
  assert.match(text, /assay_job_seconds_count\{kind="tell-event",outcome="again"\} 1\n/);
  assert.match(text, /assay_check_seconds_count\{check="archive",verdict="passed"\} 1\n/);
  assert.match(text, /assay_validator_seconds_sum\{cause="timed-out"\} 5\n/);
  assert.match(text, /assay_content_received_bytes_total 1000\n/);
  assert.match(text, /assay_content_sent_bytes_total 15\n/);
  assert.match(text, /assay_event_streams 2\n/);
  assert.match(text, /assay_build_info\{version="1.2.3"\} 1\n/);
});

test('the queue is asked when the metrics are read, and may be silent', async () => {
  const text = await textOf(telemetry());
  assert.match(text, /assay_jobs_waiting\{kind="check-version"\} 3\n/);
  assert.match(text, /assay_jobs_running\{kind="check-version"\} 1\n/);
  assert.match(text, /assay_jobs_dead\{kind="check-version"\} 2\n/);
  assert.match(text, /assay_jobs_oldest_due_seconds\{kind="check-version"\} 90\n/);
  const silent = new PrometheusTelemetry({
    version: '1',
    jobs: { statistics: () => Promise.reject(new Error('no answer')) },
    versions: quiet,
    auditTree,
    now: () => now,
  });
  assert.doesNotMatch(await textOf(silent), /assay_jobs_waiting\{/);
});

test('how far the audit tree is, and how long entries have waited for it, is told while the database answers', async () => {
  const text = await textOf(telemetry());
  assert.match(text, /assay_audit_tree_size 70\n/);
  assert.match(text, /assay_audit_tree_waiting 1\n/);
  assert.match(text, /assay_audit_tree_oldest_waiting_seconds 30\n/);
  assert.match(text, /assay_audit_checkpoint_size 60\n/);
  assert.match(text, /assay_audit_checkpoint_age_seconds 20\n/);
  const silent = new PrometheusTelemetry({
    version: '1',
    jobs: { statistics: async () => [] },
    versions: quiet,
    auditTree: { ...auditTree, head: () => Promise.reject(new Error('no answer')) },
    now: () => now,
  });
  assert.doesNotMatch(await textOf(silent), /^assay_audit_(tree|checkpoint)/m);
});

test('what waits for reviewers is told with the age of the oldest; nothing is told when the database is silent', async () => {
  const told = (quarantineStatistics: () => Promise<{ waiting: number; oldestSince: Date | null }>) =>
    new PrometheusTelemetry({
      version: '1',
      jobs: { statistics: async () => [] },
      versions: { quarantineStatistics },
      auditTree,
      now: () => now,
    });
  const oldestSince = new Date(now.getTime() - 3_600_000);
  let answer: Promise<{ waiting: number; oldestSince: Date | null }> = Promise.resolve({
    waiting: 4,
    oldestSince,
  });
  const telemetryOf = told(() => answer);
  const text = await textOf(telemetryOf);
  assert.match(text, /assay_quarantine_waiting 4\n/);
  assert.match(text, /assay_quarantine_oldest_seconds 3600\n/);
  answer = Promise.reject(new Error('no answer'));
  assert.doesNotMatch(await textOf(telemetryOf), /^assay_quarantine_/m);
  assert.match(
    await textOf(told(async () => ({ waiting: 0, oldestSince: null }))),
    /assay_quarantine_oldest_seconds 0\n/,
  );
});

test('every metric is explained, typed, named by the conventions, and told once', async () => {
  const told = telemetry();
  told.requestAnswered('package.read', 200, 0.002);
  const text = await textOf(told);
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  const own = types.filter(([, name]) => name?.startsWith('assay_'));
  assert.ok(own.length >= 10, `${own.length} metrics`);
  const names = types.map(([, name]) => name);
  assert.equal(new Set(names).size, names.length);
  for (const [, name = '', type] of own) {
    assert.match(name, /^assay_[a-z]+(_[a-z]+)*$/);
    assert.match(text, new RegExp(`^# HELP ${name} \\S.*\\.$`, 'm'));
    assert.equal(type === 'counter', name.endsWith('_total'), `${name} is a ${type}`);
    assert.doesNotMatch(name, /_(ms|milliseconds|kb|mb)(_|$)/, `${name} is not in base units`);
    if (type === 'histogram') assert.match(name, /_(seconds|bytes)$/);
  }
});

test('engines on other machines are told as their guards see them', async () => {
  const calls = {
    answered: 7,
    failed: 5,
    timedOut: 2,
    refused: 4,
    turnedAway: 1,
    retried: 3,
    brokenStreams: 6,
  };
  const line = { running: 1, waiting: 8, places: 1 };
  const status = {
    engine: 'content',
    breaker: 'open' as const,
    awaySince: now,
    tryAt: now,
    calls,
    lastFailure: null,
    lines: { requests: line, worker: { ...line, waiting: 0 } },
  };
  const told = new PrometheusTelemetry({
    version: '1',
    jobs: { statistics: async () => [] },
    versions: quiet,
    auditTree,
    now: () => now,
    engines: () => [status],
  });
  told.auditLost(200);
  for (const text of [await textOf(told), await textOf(told)]) {
    assert.match(text, /assay_engine_breaker\{engine="content"\} 2\n/);
    assert.match(text, /assay_engine_calls\{engine="content",for="requests",state="waiting"\} 8\n/);
    assert.match(text, /assay_engine_calls_total\{engine="content",outcome="failed"\} 3\n/);
    assert.match(text, /assay_engine_calls_total\{engine="content",outcome="timed-out"\} 2\n/);
    assert.match(text, /assay_engine_calls_total\{engine="content",outcome="refused"\} 4\n/);
    assert.match(text, /assay_engine_retries_total\{engine="content"\} 3\n/);
    assert.match(text, /assay_engine_broken_streams_total\{engine="content"\} 6\n/);
    assert.match(text, /assay_audit_lost_total 200\n/);
  }
});
