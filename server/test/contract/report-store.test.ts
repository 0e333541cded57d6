import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOnEveryEngine } from '../support/engines.ts';
import { someDigest, someReport } from '../support/samples.ts';

describeOnEveryEngine('ReportStore', (engine) => {
  test('a report is found by its version, with all that it rests on', async () => {
    const report = someReport();
    await engine().commit([{ change: 'report.put', report }]);
    assert.deepEqual(await engine().reports.find('v1'), report);
    assert.equal(await engine().reports.find('v2'), null);
  });

  test('a later report takes the place of the earlier one, of that version only', async () => {
    const kept = someReport({ versionId: 'v2' });
    const later = someReport({
      verdict: 'passed',
      results: [],
      digest: someDigest('later'),
      decidedAt: new Date('2026-02-01T00:00:00.001Z'),
    });
    await engine().commit([{ change: 'report.put', report: someReport() }]);
    await engine().commit([{ change: 'report.put', report: kept }]);
    await engine().commit([{ change: 'report.put', report: later }]);
    assert.deepEqual(await engine().reports.find('v1'), later);
    assert.deepEqual(await engine().reports.find('v2'), kept);
  });

  test('a report may be long and hold any text', async () => {
    const [result] = someReport().results;
    assert.ok(result);
    const findings = Array.from({ length: 10_000 }, (_, i) => ({
      rule: 'archive.unsafe-path',
      severity: 'blocks' as const,
      path: `’"\\\u2028🦊/${i}`,
      explanation: "It's; DROP TABLE reports --",
    }));
    const report = someReport({ results: [{ ...result, findings }] });
    await engine().commit([{ change: 'report.put', report }]);
    assert.deepEqual(await engine().reports.find('v1'), report);
  });
});
