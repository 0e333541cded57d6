import assert from 'node:assert/strict';
import { test } from 'node:test';
import { somePackage, someReport, someVersion } from '../../../../test/support/samples.ts';
import { testApp } from '../../../../test/support/test-app.ts';
import { testRegistry } from '../../../../test/support/test-registry.ts';
import type { CheckResult } from '../../../core/checks/index.ts';

async function registryWith(
  results: readonly CheckResult[],
  state: 'published' | 'quarantined' = 'published',
) {
  const { registry, signIn } = await testRegistry();
  const { headers } = await signIn('ada', ['search']);
  const version = someVersion({ packageId: 'p1', label: '1.0.0', state });
  const latest = state === 'published' ? { versionId: version.id, label: '1.0.0' } : null;
  await registry.commit([
    { change: 'package.insert', package: somePackage({ id: 'p1', latest }) },
    { change: 'version.insert', version },
    { change: 'report.put', report: someReport({ versionId: version.id, verdict: 'passed', results }) },
  ]);
  const app = await testApp({ registry });
  const ask = (query = '') => app.inject({ method: 'GET', url: `/api/packages/p1/checks${query}`, headers });
  return { ask };
}

const looked = (check: string, bytesLookedAt: number, fields: Partial<CheckResult> = {}): CheckResult => ({
  check,
  rules: '7',
  verdict: 'passed',
  findings: [],
  coverage: { bytesLookedAt, bytesInAll: 1_000 },
  reason: null,
  durationMs: 1,
  ...fields,
});

test('the checks of the latest version, or of one that is named, say that they have looked at all bytes', async () => {
  const { ask } = await registryWith([looked('archive', 1_000), looked('formats', 1_000)]);
  for (const answer of [await ask(), await ask('?version=1.0.0')]) {
    assert.equal(answer.statusCode, 200, answer.body);
    const told = answer.json();
    assert.deepEqual([told.version, told.complete], ['1.0.0', true]);
    assert.match(told.coverage, /^100 % of bytes/);
    const [archive] = told.checks;
    assert.deepEqual(
      [archive.check, archive.rules, archive.complete, archive.percentLookedAt],
      ['archive', '7', true, 100],
    );
  }
});

test('what was not looked at is listed', async () => {
  const gaps = [{ path: 'a.bin', start: 5, end: 15, reason: 'it is encrypted' }];
  const coverage = { bytesLookedAt: 990, bytesInAll: 1_000, gaps };
  const missed = looked('formats', 0, {
    verdict: 'inconclusive',
    reason: 'a.bin: it is encrypted',
    coverage,
  });
  const { ask } = await registryWith([looked('archive', 1_000), missed]);
  const told = (await ask()).json();
  assert.equal(told.complete, false);
  assert.equal(told.coverage, 'formats: 99 % of bytes (990 of 1000); a.bin: it is encrypted');
  assert.deepEqual(told.checks[1].gaps, gaps);
});

test('a version in quarantine is not there', async () => {
  const { ask } = await registryWith([looked('archive', 1_000)], 'quarantined');
  assert.equal((await ask('?version=1.0.0')).statusCode, 404);
});
