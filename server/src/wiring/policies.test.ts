import assert from 'node:assert/strict';
import { test } from 'node:test';
import { somePackage } from '../../test/support/samples.ts';
import { TestClock } from '../../test/support/test-registry.ts';
import { memoryEngine } from '../adapters/memory/memory-engine.ts';
import { PolicyKeeper } from '../core/gate/index.ts';
import { warmUpPolicies } from './policies.ts';

test('the policies are compiled beforehand where there is something to decide about, and only there', async () => {
  const { packages, policies, commit } = memoryEngine();
  let compiled = 0;
  const compile = () => {
    compiled += 1;
    return { policies: [], asksVerdicts: false, decide: () => assert.fail('asked'), close: () => {} };
  };
  const policyKeeper = new PolicyKeeper({ clock: new TestClock(), policies, policyEngine: { compile } });
  await warmUpPolicies({ policyKeeper }, packages);
  assert.equal(compiled, 0);
  await commit([{ change: 'package.insert', package: somePackage({ state: 'published' }) }]);
  await warmUpPolicies({ policyKeeper }, packages);
  assert.equal(compiled, 1);
  assert.ok((await policyKeeper.current()).compiled);
  assert.equal(compiled, 1, 'what was compiled is used');
});
