import assert from 'node:assert/strict';
import { test } from 'node:test';
import { somePolicies } from '../../../test/support/samples.ts';
import { testRegistry } from '../../../test/support/test-registry.ts';
import type { PolicyVersion } from '../gate/index.ts';
import { policiesComponent } from './policies-component.ts';

async function observed(...versions: PolicyVersion[]) {
  const { registry, clock } = await testRegistry();
  for (const version of versions) await registry.commit([{ change: 'policy.append', version }]);
  return await policiesComponent(registry.policyKeeper).observe(clock.now(), 1);
}

test('policies are well, without any of administrators and with good ones', async () => {
  assert.deepEqual([(await observed()).status, (await observed()).metrics], ['ok', { version: 0 }]);
  const { status, metrics } = await observed(somePolicies(), somePolicies({ number: 2, text: '' }));
  assert.deepEqual([status, metrics], ['ok', { version: 2 }]);
});

test('policies that cannot be used are critical, with where they are wrong', async () => {
  const { status, issues } = await observed(somePolicies({ text: '\nforbid (' }));
  assert.equal(status, 'critical');
  assert.equal(issues[0]?.code, 'policies-unusable');
  assert.match(issues[0]?.summary ?? '', /PUT \/api\/policies.*line 2/);
});
